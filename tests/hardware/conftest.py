"""What the tests of the register share."""

from pathlib import Path

import pytest
from hypothesis import settings

from tests.hardware.institution import Institution

# How long an example takes says more about the machine than about the code.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture
def institution(tmp_path: Path) -> Institution:
    """Return an institution that has approved a sensor in a register of its own."""
    return Institution(tmp_path)
