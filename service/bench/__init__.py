"""The project's own measurements, each module a subject."""
