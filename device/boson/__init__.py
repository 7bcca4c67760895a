"""FLIR Boson and Boson+: the serial control channel, bring-up, frames, and an emulator beside it.

fslp       bytes <-> packets: framing, stuffing, CRC
fbp        packets <-> messages: sequence number, function, status, data
declare    what a command is; enums, commands: the commands of the camera as tables
transport  the serial port; client: one command, one reply, whatever else comes along
"""
