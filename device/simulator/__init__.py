"""A physical entrance without a camera: people, room, reference and sensor, with ground truth.

scenario      what happens: the files, the paths, what is true
people, surroundings, render, physics     how it looks in the thermal infrared
camera        what a microbolometer makes of it
scene         all of it at one moment; ahead: drawn before it is needed
sensor        as any other `device.sensor.Sensor`; sweep: a slow ramp that finds cameras out
"""
