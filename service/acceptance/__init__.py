"""Acceptance: measured series in, figures and their conformity out; then the record of them.

Plain arithmetic on numbers that others measured: no process, no file, no clock, no pixel. The
process that runs the battery, the command line and the report all read the same functions, so a
figure is computed in one place only.
"""
