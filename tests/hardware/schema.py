"""The schemata that CycloneDX publishes, to hold our bills against."""

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator


def breaks(text: str, version: str) -> str:
    """Return what of a bill breaks the strict schema of a version; empty when nothing does."""
    major, minor = version.split(".")
    validator = JsonStrictValidator(SchemaVersion((int(major), int(minor))))
    error = validator.validate_str(text)
    return "" if error is None else str(error)
