"""FLIR Boson and Boson+: the serial control channel, bring-up, frames, and an emulator beside it.

fslp        bytes <-> packets: framing, stuffing, CRC
fbp         packets <-> messages: sequence number, function, status, data
declare     what a command is; enums, commands: the commands of the camera as tables
transport   the serial port; client: one command, one reply, whatever else comes along
identity    who it is; bringup: make it radiometric; proof: why a frame's counts are temperatures
telemetry   the rows on top of a video frame; frames: by video, or over the control channel
sensor      the `device.Sensor`; opening: all that comes before it

Nothing is imported here: who needs the table of commands gets no frame, camera or array library.
"""
