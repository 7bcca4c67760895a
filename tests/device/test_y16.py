"""Y16 video: the real cv2.VideoCapture on a fake node, with the bad days of a USB cable."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.device.v4l2_shim.node import FakeNode, Session

WIDTH, HEIGHT = 160, 122


@pytest.fixture
def node(tmp_path: Path, v4l2_preload: Path) -> Iterator[FakeNode]:
    node = FakeNode(tmp_path, v4l2_preload, WIDTH, HEIGHT)
    yield node
    node.unplug()


@pytest.fixture
def capture(node: FakeNode) -> Iterator[Session]:
    """Open the node in a process of its own; three frames go by to start the stream."""
    node.send_plain(1, 2, 3)
    session = Session("y16_session.py", node, WIDTH, HEIGHT)
    assert session.answer() == {"opened": str(node.path)}
    yield session
    session.close()


def test_a_frame_arrives_with_all_16_bits(node: FakeNode, capture: Session) -> None:
    node.send_plain(0xBEEF)
    assert capture.ask("read")["values"] == [0xBEEF]


def test_a_slow_reader_gets_the_newest_frame_whole(node: FakeNode, capture: Session) -> None:
    node.send_plain(*range(10, 20))
    assert capture.ask("read")["values"] == [19]


def test_reading_allocates_no_frame(node: FakeNode, capture: Session) -> None:
    allocated = []
    for value in range(20):
        node.send_plain(value)
        allocated.append(capture.ask("read")["allocated"])
    assert max(allocated[5:]) < 1024, "bytes of Python objects while a frame of 39040 is read"


def test_a_stall_is_noticed_long_before_opencv_would(capture: Session) -> None:
    answer = capture.ask("read")
    assert answer["error"] == "SensorStalled"
    assert 0.3 <= answer["took_s"] < 1.0


def test_frames_after_a_stall_are_read(node: FakeNode, capture: Session) -> None:
    assert capture.ask("read")["error"] == "SensorStalled"
    node.send_plain(7)
    assert capture.ask("read")["values"] == [7]


def test_an_unplug_is_told_at_once_and_for_good(node: FakeNode, capture: Session) -> None:
    node.unplug()
    for _ in range(3):
        answer = capture.ask("read")
        assert answer["error"] == "SensorLost"
        assert answer["took_s"] < 0.3


def test_a_frame_cut_by_an_unplug_is_not_passed_on(node: FakeNode, capture: Session) -> None:
    node.send(np.full((HEIGHT // 2, WIDTH), 5, "<u2"))
    node.unplug()
    assert capture.ask("read")["error"] == "SensorLost"


@pytest.mark.parametrize(("width", "height"), [(160, 120), (640, 514)])
def test_another_size_than_expected_is_refused(node: FakeNode, width: int, height: int) -> None:
    node.send_plain(1, 2, 3)
    session = Session("y16_session.py", node, width, height)
    answer = session.answer()
    session.close()
    assert answer["error"] == "ProtocolError"
    assert f"sends {WIDTH}x{HEIGHT} pixels, expected {width}x{height}" in answer["says"]


def test_a_silent_node_cannot_be_opened(node: FakeNode) -> None:
    session = Session("y16_session.py", node, WIDTH, HEIGHT)
    answer = session.answer()
    session.close()
    assert answer["error"] == "SensorStalled"


def test_a_missing_node_is_named(node: FakeNode) -> None:
    node.unplug()
    session = Session("y16_session.py", node, WIDTH, HEIGHT)
    answer = session.answer()
    session.close()
    assert answer["error"] == "SensorNotFound"
    assert "is the sensor plugged in?" in answer["says"]
