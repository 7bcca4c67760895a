"""A row with wrong bits is told from everything that a lens can draw."""

from device.lepton.emulator import door
from device.lepton.rows import RowCheck
from device.replay import open_recording
from tests.device.recordings import real

finds = RowCheck(120, 160).finds


def test_a_row_with_single_wrong_pixels_is_seen() -> None:
    picture = door(0.0)
    assert not finds(picture)
    picture[77, [3, 40, 41, 90, 130]] ^= 0x0400
    assert finds(picture)


def test_a_hot_wire_along_a_row_is_no_wrong_row() -> None:
    picture = door(0.0)
    picture[30, 20:140] += 3000
    assert not finds(picture)


def test_a_sharp_hot_thing_is_no_wrong_row() -> None:
    picture = door(0.0)
    picture[40:60, 40:60] += 3000
    picture[80::8, 10::8] += 100
    assert not finds(picture)


def test_no_row_of_a_real_kiosk_is_wrong() -> None:
    for path in real("lepton-kiosk/recordings/*.cptv")[::3]:
        with open_recording(path, quarter_turns=0) as sensor:
            assert not any(finds(frame.counts) for frame in sensor.frames())


def test_its_answer_does_not_depend_on_what_it_saw_before() -> None:
    clean, wrong = door(0.0), door(0.0)
    wrong[77, ::20] ^= 0x0400
    assert [finds(picture) for picture in (clean, wrong, clean, wrong)] == [False, True] * 2
