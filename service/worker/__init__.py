"""The process that sees pixels and writes nothing."""
