"""What keeps a station from starting, or stops it."""


class StationError(Exception):
    """The station cannot start as asked. The sentence says what happened and what to do."""
