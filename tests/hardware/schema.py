"""The schemata that CycloneDX publishes, to hold our bills against."""


def breaks(text: str, version: str) -> str:
    """Return what of a bill breaks the strict schema of a version; empty when nothing does."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator  # takes four seconds to load

    major, minor = version.split(".")
    validator = JsonStrictValidator(SchemaVersion((int(major), int(minor))))
    error = validator.validate_str(text)
    return "" if error is None else str(error)
