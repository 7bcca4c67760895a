"""A Boson without the camera: real bytes on a pty, at the far end of the real framing.

scene      what it looks at            pipeline   temperature to counts, as the camera does it
shutter    flat-field correction       camera     registers, frames, answers
link       the pty, its cable and its plug        faults     bad days, by name
"""
