"""What the tests of several sensors share."""

from pathlib import Path

import pytest

from tests.device.v4l2_shim.node import build_preload


@pytest.fixture(scope="session")
def v4l2_preload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the preload library that shows a fake Y16 node to the real cv2.VideoCapture."""
    return build_preload(tmp_path_factory.mktemp("v4l2"))
