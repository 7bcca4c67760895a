"""A locked process that does nothing: started, judged and ended by who examines the lock."""

import time

from service.sandbox.settle import settle

_LONG_S = 3600.0


def main() -> None:
    """Settle, and wait for the end."""
    settle()
    time.sleep(_LONG_S)


if __name__ == "__main__":
    main()
