"""The process that speaks to a calibrator while a sweep runs; it sees no pixel and writes no file.

The supervisor writes files and reads no device; the worker sees pixels and may open nothing. So a
process of its own holds the calibrator's serial line, and a socket to the supervisor, and nothing
else. It is locked before its first line, an opener puts the line in place after that, and it ends
with the sweep. It composes every command itself: what the supervisor asks for is a number of two
bytes.
"""
