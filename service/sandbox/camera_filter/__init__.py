"""The filter between worker and camera: a process of its own that lets an allowlist through.

The worker sees pixels, so it may write nothing that outlives it; and a camera can write: its flash,
its files, its firmware, its settings. So the worker holds no descriptor that takes commands. This
process holds it, and the worker a socket to this process. The filter reads what the worker asks,
finds it in the driver's table of commands with the very data that the table allows, and *says it
anew*: not one byte of the worker's own goes on to the camera, so that no two readings of a byte can
differ. Everything else is dropped, counted, and answered with a refusal.

What the camera answers, pixels of a frame over the control channel among it, passes through as it
comes, in one buffer that is overwritten with zeros. The filter is locked like the worker, and has
two descriptors: it can keep or write nothing.

wire          what a filter is
boson, evo_thermal, lepton
              one for each driver
carry         the loops over two descriptors
main          the process
"""
