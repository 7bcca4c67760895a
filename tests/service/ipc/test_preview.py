"""The thermal view's memory: one writer, one reader, whole pictures, nothing left behind."""

import mmap
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from service.ipc.preview import PreviewReader, PreviewWriter
from service.ipc.preview_memory import (
    BOX,
    BOXES_AT,
    MAX_BOXES,
    NOWHERE,
    PIXELS_AT,
    PLACES,
    PLACES_AT,
    SIZE,
    create_memory,
)
from service.worker.thumbnail import Thumbnail


@pytest.fixture
def ends() -> Iterator[tuple[PreviewWriter, PreviewReader]]:
    writable, readable = create_memory()
    writer, reader = PreviewWriter(writable, (640, 512)), PreviewReader(readable)
    yield writer, reader
    reader.close()


def open_descriptors() -> list[str]:
    return [entry.name for entry in Path("/proc/self/fd").iterdir()]


def picture(value: int = 7) -> np.ndarray:
    return np.full((256, 320), value, np.uint8)


def test_a_picture_arrives_whole_with_its_sizes_and_its_number(
    ends: tuple[PreviewWriter, PreviewReader],
) -> None:
    writer, reader = ends
    grey = np.random.default_rng(1).integers(0, 256, (256, 320), np.uint8)
    writer.write(grey, 41)
    data = reader.newer()
    assert data is not None
    assert np.frombuffer(data[:8], "<u2").tolist() == [320, 256, 640, 512]
    assert int.from_bytes(data[8:16], "little") == 41
    assert np.array_equal(np.frombuffer(data[PIXELS_AT - 8 :], np.uint8).reshape(256, 320), grey)


def test_the_boxes_and_the_reference_come_with_their_picture(
    ends: tuple[PreviewWriter, PreviewReader],
) -> None:
    writer, reader = ends
    writer.write(picture(), 1, [(5, (1.5, 2.25, 80.0, 100.0)), (63, (0, 0, 4, 4))], (12.5, 99.0))
    data = reader.newer()
    assert data is not None
    assert PLACES.unpack_from(data, PLACES_AT - 8) == (200, 1584, 2)
    assert BOX.unpack_from(data, BOXES_AT - 8) == (5, 24, 36, 1280, 1600)
    assert BOX.unpack_from(data, BOXES_AT - 8 + BOX.size) == (63, 0, 0, 64, 64)
    writer.write(picture(), 2)
    data = reader.newer()
    assert data is not None
    assert PLACES.unpack_from(data, PLACES_AT - 8) == (NOWHERE, NOWHERE, 0)
    assert not any(data[BOXES_AT - 8 : PIXELS_AT - 8])


def test_no_more_boxes_than_there_is_room_for_are_written(
    ends: tuple[PreviewWriter, PreviewReader],
) -> None:
    writer, reader = ends
    writer.write(picture(9), 1, [(mark, (-5.0, 1e9, 1.0, 1.0)) for mark in range(20)])
    data = reader.newer()
    assert data is not None
    assert PLACES.unpack_from(data, PLACES_AT - 8)[2] == MAX_BOXES
    assert BOX.unpack_from(data, BOXES_AT - 8) == (0, 0, NOWHERE - 1, 16, 16)
    assert set(data[PIXELS_AT - 8 :]) == {9}


def test_a_picture_is_given_once(ends: tuple[PreviewWriter, PreviewReader]) -> None:
    writer, reader = ends
    assert reader.newer() is None
    writer.write(picture(), 1)
    assert reader.newer() is not None
    assert reader.newer() is None
    writer.write(picture(), 2)
    assert reader.newer() is not None


def test_a_picture_that_is_being_written_is_not_given(
    ends: tuple[PreviewWriter, PreviewReader],
) -> None:
    writer, reader = ends
    writer.write(picture(), 1)
    writer._mark(writer._stamp + 1)
    assert reader.newer() is None


def test_wiping_leaves_nothing_in_the_memory(ends: tuple[PreviewWriter, PreviewReader]) -> None:
    writer, reader = ends
    writer.write(picture(200), 1)
    writer.wipe()
    assert reader.newer() is None
    assert not np.any(writer._pixels)
    writer.write(picture(), 2)
    assert reader.newer() is not None


def test_a_smaller_picture_fits_too(ends: tuple[PreviewWriter, PreviewReader]) -> None:
    writer, reader = ends
    writer.write(np.zeros((120, 160), np.uint8), 1)
    data = reader.newer()
    assert data is not None
    assert len(data) == PIXELS_AT - 8 + 120 * 160


def test_the_readers_end_can_neither_be_written_nor_mapped_to_write() -> None:
    writable, readable = create_memory()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.write(readable, b"x")
    with pytest.raises(PermissionError):
        mmap.mmap(readable, SIZE)
    for end in (writable, readable):
        os.close(end)


def test_the_memory_can_neither_grow_nor_shrink() -> None:
    writable, readable = create_memory()
    for size in (SIZE // 2, SIZE * 2):
        with pytest.raises(PermissionError):
            os.ftruncate(writable, size)
    for end in (writable, readable):
        os.close(end)


def test_the_writer_keeps_no_descriptor_of_the_memory() -> None:
    before = set(open_descriptors())
    writable, readable = create_memory()
    PreviewWriter(writable, (640, 512))
    os.close(readable)
    assert set(open_descriptors()) == before


@pytest.mark.parametrize(
    ("frame", "small"),
    [((512, 640), (256, 320)), ((640, 512), (213, 170)), ((120, 160), (120, 160))],
)
def test_a_thumbnail_is_never_larger_than_the_memory_allows(
    frame: tuple[int, int], small: tuple[int, int]
) -> None:
    counts = np.random.default_rng(2).integers(29_000, 31_000, frame).astype(np.uint16)
    assert Thumbnail(frame[1], frame[0]).draw(counts, 0.01).shape == small


def test_no_temperature_can_be_read_from_a_thumbnail() -> None:
    counts = np.random.default_rng(3).integers(28_500, 30_500, (512, 640)).astype(np.uint16)
    cold = Thumbnail(640, 512).draw(counts, 0.01)
    hot = Thumbnail(640, 512).draw(counts + np.uint16(500), 0.01)  # the same scene 5 K warmer
    assert np.array_equal(cold, hot)


def test_a_wiped_thumbnail_holds_nothing() -> None:
    thumbnail = Thumbnail(640, 512)
    grey = thumbnail.draw(
        np.random.default_rng(4).integers(0, 60_000, (512, 640)).astype(np.uint16), 0.01
    )
    thumbnail.wipe()
    assert not grey.any()
    assert not thumbnail._small.any()
    assert not thumbnail._scaled.any()


def test_a_scene_without_any_contrast_is_no_division_by_zero() -> None:
    grey = Thumbnail(640, 512).draw(np.full((512, 640), 30_000, np.uint16), 0.01)
    assert not grey.any()
