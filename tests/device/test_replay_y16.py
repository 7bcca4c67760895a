"""Raw Y16 recordings of PureThermal boards replay, telemetry proof included where they have it."""

import gzip
import json
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.errors import NotRadiometric, RecordingError, SensorError
from device.frame import FfcState
from device.lepton.control import LeptonControl
from device.lepton.emulator import EmulatedLepton, Fault, door
from device.replay import open_recording
from tests.device.recordings import real
from tests.narrow import some

HEADER = {
    "format": "PureThermal Y16 Raw Gzip",
    "version": 1,
    "width": 160,
    "height": 122,
    "fps": 9.0,
    "dtype": "uint16",
    "endianness": "little",
    "raw_unit": "kelvin_x100_if_radiometric_tlinear",
}


def content(pictures: list[np.ndarray], **changes: object) -> bytes:
    header = HEADER | {"height": len(pictures[0]) if pictures else 122} | changes
    text = json.dumps(header).encode()
    parts = [b"PTY16V1\n", struct.pack("<I", len(text)), text]
    for number, picture in enumerate(pictures):
        time_s = 1_700_000_000.0 + number / 9
        parts += [
            struct.pack("<Qdq", number, time_s, round(time_s * 1000)),
            picture.astype("<u2").tobytes(),
        ]
    return b"".join(parts)


def saved(folder: Path, what: bytes) -> Path:
    path = folder / "test.raw.y16.gz"
    path.write_bytes(gzip.compress(what, 1, mtime=0))
    return path


def emulated(count: int, faults: dict[int, Fault] | None = None) -> list[np.ndarray]:
    camera = EmulatedLepton()
    LeptonControl("/dev/null", camera.ioctl).make_radiometric()
    pictures = []
    for number in range(count):
        camera.fault = (faults or {}).get(number)
        pictures.append(np.zeros((122, 160), np.uint16))
        camera.frame(pictures[-1])
    return pictures


def test_frames_with_telemetry_prove_themselves(tmp_path: Path) -> None:
    pictures = emulated(5)
    with open_recording(saved(tmp_path, content(pictures))) as sensor:
        frames = [(f.sequence, f.ffc, np.array(f.counts)) for f in sensor.frames()]
        assert sensor.rejected() == {"unconfirmed": 1}
        assert (sensor.info.width, sensor.info.height, sensor.info.hfov_deg) == (160, 120, None)
    assert np.diff([sequence for sequence, _, _ in frames]).tolist() == [1, 1, 1]
    assert {ffc for _, ffc, _ in frames} == {FfcState.COMPLETE}
    for (_, _, counts), picture in zip(frames, pictures[1:], strict=True):
        assert np.array_equal(counts, picture[:120])


def test_frames_that_fail_their_proof_are_counted_by_reason(tmp_path: Path) -> None:
    pictures = emulated(71, {3: Fault.AGC_ON, 5: Fault.LOW_GAIN})
    pictures[6][120:] = 0xFFFF
    with open_recording(saved(tmp_path, content(pictures))) as sensor:
        assert len(list(sensor.frames())) == 65
        assert sensor.rejected() == {
            "unconfirmed": 1,
            "agc_on": 1,
            "low_gain": 1,
            "corrupt_telemetry": 1,
            "unsettled": 2,  # they follow one that failed: they may have begun like it
        }


def test_a_recording_half_of_which_is_agc_is_refused(tmp_path: Path) -> None:
    pictures = emulated(20, dict.fromkeys(range(5, 15), Fault.AGC_ON))
    with pytest.raises(RecordingError, match=r"Only 8 of the 20 .*agc_on 10"):
        open_recording(saved(tmp_path, content(pictures)))


def test_frames_without_telemetry_say_nothing_of_their_ffc(tmp_path: Path) -> None:
    with open_recording(saved(tmp_path, content([door(0.0), door(1.0)]))) as sensor:
        frames = [(f.sequence, f.ffc, f.ffc_age_s) for f in sensor.frames()]
    assert frames == [(0, FfcState.NEVER, None), (1, FfcState.NEVER, None)]


def test_raw_counts_without_telemetry_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotRadiometric, match="raw counts"):
        open_recording(saved(tmp_path, content([door(0.0) // 4])))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"version": 2}, "version is 2"),
        ({"width": 80}, "width is 80"),
        ({"dtype": "uint8"}, "dtype is 'uint8'"),
        ({"endianness": "big"}, "endianness is 'big'"),
        ({"raw_unit": "counts"}, "raw_unit is 'counts'"),
        ({"fps": 0}, "frame rate is 0"),
        ({"fps": None}, "frame rate is None"),
        ({"height": 60}, "height is 60"),
        ({"version": [1]}, r"version is \[1\]"),
    ],
)
def test_another_format_than_expected_is_named(
    tmp_path: Path, changes: dict[str, object], says: str
) -> None:
    with pytest.raises(RecordingError, match=says):
        open_recording(saved(tmp_path, content([door(0.0)], **changes)))


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (content([]), "holds no frame"),
        (b"PTY16V1", "known kind"),
        (b"PTY16V1\n\x00", "its header: it ends after 1 of 4"),
        (content([door(0.0)])[:-1], "frame 0: it ends after"),
        (content([door(0.0), door(1.0)])[:-100], "frame 1: it ends after"),
        (b"PTY16V1\n\xff\xff\xff\x7f", "would have 2147483647 bytes"),
        (b"PTY16V1\n\x02\0\0\0{]", "no JSON"),
        (b"PTY16V1\n\x02\0\0\0[]", "no JSON object"),
        (b"PTY16V1\n\x00\xff\0\0" + b"[" * 65280, "no JSON"),
    ],
)
def test_where_it_is_broken_is_said(tmp_path: Path, broken: bytes, says: str) -> None:
    with pytest.raises(RecordingError, match=says):
        open_recording(saved(tmp_path, broken))


def test_time_that_goes_back_is_noticed(tmp_path: Path) -> None:
    first, second = content([door(0.0)]), content([door(1.0)])
    back = second[-(24 + 38400) :]
    back = back[:8] + struct.pack("<d", 5.0) + back[16:]
    with pytest.raises(RecordingError, match="time goes from"):
        open_recording(saved(tmp_path, first + back))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    flat = np.full((122, 160), 29515, np.uint16)
    pictures = emulated(3)
    for picture in pictures:
        picture[:120] = flat[:120]  # small when zipped
    return saved(tmp_path_factory.mktemp("whole"), content(pictures)).read_bytes()


def replayed(path: Path, what: bytes) -> list[bytes] | None:
    path.write_bytes(what)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            with open_recording(path) as sensor:
                return [frame.counts.tobytes() for frame in sensor.frames()]
        except SensorError:
            return None


def test_cut_anywhere_is_noticed(whole: bytes, tmp_path: Path) -> None:
    assert len(some(replayed(tmp_path / "x.gz", whole))) == 2
    for length in range(len(whole)):
        assert replayed(tmp_path / "x.gz", whole[:length]) is None, f"cut at {length}"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_wrong_content_raises_sensor_errors_only(
    whole: bytes, tmp_path: Path, data: st.DataObject
) -> None:
    inside = bytearray(gzip.decompress(whole))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, 400) | st.integers(0, len(inside) - 1))
        inside[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    replayed(tmp_path / "x.gz", gzip.compress(bytes(inside), 1, mtime=0))


def test_real_recordings_with_a_wrong_row_are_not_measured() -> None:
    # both come from one camera whose row 76 has wrong bits in every frame
    for path in real("raw-y16/*.raw.y16.gz"):
        with pytest.raises(RecordingError, match=r"Only 0 of .*corrupt_row"):
            open_recording(path)
