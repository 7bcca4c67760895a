"""Terabee TeraRanger Evo Thermal 33 and 90: a thermopile array of 32x32 pixels on a serial port.

It measures, but a face at one metre is eight of its pixels wide, or three with the wide lens: the
station says that it has too few to screen anybody. It is here for coarse surfaces, and because a
third sensor shows what a sensor needs to be.
"""
