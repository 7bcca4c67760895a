"""A staged web process for the tests of the interface."""

from collections.abc import Iterator

import pytest

from tests.service.stage import Stage


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Return the real web process with a supervisor of the test behind it."""
    staged = Stage()
    yield staged
    staged.close()
