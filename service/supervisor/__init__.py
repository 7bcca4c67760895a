"""The process that sees no pixel, and starts, judges and ends the others."""
