"""The register as pages for people: read-only, printable, without a script."""
