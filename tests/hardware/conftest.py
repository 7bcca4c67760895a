"""What the tests of the register share."""

from pathlib import Path

import pytest

from tests.hardware.institution import Institution


@pytest.fixture
def institution(tmp_path: Path) -> Institution:
    """Return an institution that has approved a sensor in a register of its own."""
    return Institution(tmp_path)
