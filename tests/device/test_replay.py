"""A recording replays as the camera saw it, and nothing else passes for a recording."""

import datetime as dt
import gzip
import io
import os
import warnings
from pathlib import Path

import numpy as np
import pytest
from cptv import CPTVReader, CPTVWriter, Frame
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.errors import NotRadiometric, RecordingError, SensorError, SensorLost, SensorNotFound
from device.frame import FfcState
from device.replay import open_recording
from device.replay.cptv_file import CptvFile, _PackedFrame
from device.sensor import Sensor
from tests.device.recordings import frame, header, real, recording, scene, zipped
from tests.narrow import some


def test_counts_are_those_of_the_file_turned_clockwise(tmp_path: Path) -> None:
    with open_recording(zipped(tmp_path, recording())) as sensor:
        seen = [np.array(frame.counts) for frame in sensor.frames()]
    assert [np.array_equal(got, np.rot90(scene(n), -1)) for n, got in enumerate(seen)] == [True] * 3


def test_a_camera_that_hung_upright_is_not_turned(tmp_path: Path) -> None:
    with open_recording(zipped(tmp_path, recording()), quarter_turns=0) as sensor:
        assert np.array_equal(next(sensor.frames()).counts, scene(0))
        assert (sensor.info.width, sensor.info.height) == (16, 12)
        assert sensor.info.hfov_deg == pytest.approx(57.0)


def test_upright_picture_sees_the_narrow_side_of_the_lens(tmp_path: Path) -> None:
    with open_recording(zipped(tmp_path, recording())) as sensor:
        # both sides of one pinhole: half-width over distance is the tangent
        full = np.tan(np.radians(57.0 / 2))
        assert np.tan(np.radians(some(sensor.info.hfov_deg) / 2)) == pytest.approx(full * 12 / 16)


def test_sensor_says_that_it_is_a_recording(tmp_path: Path) -> None:
    with open_recording(zipped(tmp_path, recording())) as sensor:
        assert isinstance(sensor, Sensor)
        assert (sensor.info.dossier, sensor.info.simulated) == ("recording", True)
        assert (sensor.info.model, sensor.info.serial) == ("lepton3.5", "4711")
        assert sensor.info.firmware == "3.3.26"
        assert sensor.info.port == "test.cptv"


def test_time_and_ffc_age_come_from_the_camera_clock(tmp_path: Path) -> None:
    with open_recording(zipped(tmp_path, recording())) as sensor:
        frames = [(f.time_s, f.ffc, f.ffc_age_s, f.sequence) for f in sensor.frames()]
    assert frames == [
        (60.0, FfcState.COMPLETE, 59.0, 0),
        (60.114, FfcState.COMPLETE, 59.114, 1),
        (60.228, FfcState.COMPLETE, 59.228, 2),
    ]


def test_camera_clock_that_wraps_goes_on(tmp_path: Path) -> None:
    times = (2**32 - 200, 2**32 - 80, 2**32 + 40)
    with open_recording(zipped(tmp_path, recording(times, ffc_ms=2**32 - 5200))) as sensor:
        frames = [(f.time_s, f.ffc_age_s) for f in sensor.frames()]
    assert np.allclose(np.diff([time for time, _ in frames]), 0.12)
    assert [age for _, age in frames] == [5.0, 5.12, 5.24]


def test_camera_that_never_did_an_ffc_has_no_age(tmp_path: Path) -> None:
    with open_recording(zipped(tmp_path, recording(ffc_ms=0))) as sensor:
        first = next(sensor.frames())
    assert (first.ffc, first.ffc_age_s) == (FfcState.NEVER, None)


def test_ffc_ahead_of_the_frame_is_in_progress(tmp_path: Path) -> None:
    with open_recording(zipped(tmp_path, recording(ffc_ms=60_114))) as sensor:
        states = [f.ffc for f in sensor.frames()]
    assert states == [FfcState.IN_PROGRESS, FfcState.COMPLETE, FfcState.COMPLETE]


TIMES = tuple(range(60_000, 62_000, 100))  # of twenty frames: two flawed ones are a tenth


def flawed(pictures: dict[int, np.ndarray], times: dict[int, int]) -> bytes:
    """Return a recording of twenty frames, some with another picture or another time."""
    parts, before = [header()], None
    for number, time_ms in enumerate(TIMES):
        picture = pictures.get(number, scene(number))
        parts.append(frame(picture, before, time_ms=times.get(number, time_ms)))
        before = picture
    return b"".join(parts)


def test_repeated_frame_is_dropped_and_counted(tmp_path: Path) -> None:
    path = zipped(tmp_path, flawed({1: scene(0)}, {1: TIMES[0]}))
    with open_recording(path) as sensor:
        assert [f.sequence for f in sensor.frames()] == [0, *range(2, 20)]
        assert sensor.rejected() == {"duplicate": 1}


def test_each_frame_written_twice_is_no_flaw_of_the_recording(tmp_path: Path) -> None:
    pictures = {n: scene(n - n % 2) for n in range(20)}
    path = zipped(tmp_path, flawed(pictures, {n: TIMES[n - n % 2] for n in range(20)}))
    with open_recording(path) as sensor:
        assert len(list(sensor.frames())) == 10
        assert sensor.rejected() == {"duplicate": 10}


def test_a_clock_that_stops_for_a_frame_is_named(tmp_path: Path) -> None:
    with open_recording(zipped(tmp_path, flawed({}, {5: TIMES[4]}))) as sensor:
        assert len(list(sensor.frames())) == 19
        assert sensor.rejected() == {"stopped_clock": 1}


def test_a_recording_whose_clock_stands_still_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"Only 1 of the 20 .*stopped_clock 19.*Record again"):
        open_recording(zipped(tmp_path, flawed({}, dict.fromkeys(range(20), 60_000))))


def test_a_recording_of_many_raw_frames_is_refused_before_the_first_verdict(tmp_path: Path) -> None:
    raw = {number: scene(number) // 10 for number in (4, 9, 14)}
    with pytest.raises(RecordingError, match=r"Only 17 of the 20 .*not_radiometric 3.*10%"):
        open_recording(zipped(tmp_path, flawed(raw, {})))
    del raw[14]
    with open_recording(zipped(tmp_path, flawed(raw, {}))) as sensor:
        assert len(list(sensor.frames())) == 18
        assert sensor.rejected() == {"not_radiometric": 2}


def test_a_recording_with_nothing_to_measure_is_refused(tmp_path: Path) -> None:
    content = header() + frame(scene(0), g=b"\x01")
    with pytest.raises(RecordingError, match=r"Only 0 of the 1 .*background 1"):
        open_recording(zipped(tmp_path, content))


def test_background_made_of_many_frames_is_no_frame(tmp_path: Path) -> None:
    content = header() + frame(scene(0), g=b"\x01") + frame(scene(1), scene(0), time_ms=60_114)
    with open_recording(zipped(tmp_path, content)) as sensor:
        assert [f.sequence for f in sensor.frames()] == [1]
        assert sensor.rejected() == {"background": 1}


def test_frames_live_in_reused_buffers_that_close_erases(tmp_path: Path) -> None:
    sensor = open_recording(zipped(tmp_path, recording(tuple(range(60_000, 61_000, 100)))))
    kept = [f.counts for f in sensor.frames()]
    assert len({view.__array_interface__["data"][0] for view in kept}) <= 3
    assert not kept[-1].flags.writeable
    assert kept[-1].any()
    sensor.close()
    sensor.close()
    assert not kept[-1].any()
    with pytest.raises(SensorLost, match="closed"):
        next(sensor.frames())


def test_closing_while_frames_are_read_ends_them_with_an_error(tmp_path: Path) -> None:
    with open_recording(zipped(tmp_path, recording())) as sensor:
        frames = sensor.frames()
        next(frames)
    with pytest.raises(SensorLost, match="closed"):
        next(frames)


def test_recording_made_by_the_cptv_package_is_read(tmp_path: Path) -> None:
    path = tmp_path / "made.cptv"
    writer = CPTVWriter(path.open("wb"))
    writer.timestamp = dt.datetime(2021, 3, 22, tzinfo=dt.UTC)
    writer.model = b"lepton3.5"
    pictures = [scene(n, 160, 120) for n in range(4)]
    for number, picture in enumerate(pictures):
        now = dt.timedelta(seconds=60 + number / 9)
        writer.write_frame(Frame(picture, now, dt.timedelta(seconds=1), 25.5, 25.0))
    writer.close()
    with open_recording(path, quarter_turns=0) as sensor:
        for got, picture in zip(sensor.frames(), pictures, strict=True):
            assert np.array_equal(got.counts, picture)
            assert got.fpa_temp_c == pytest.approx(25.5)


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["lepton-kiosk/recordings/*.cptv", "not-radiometric/*.cptv"])
def test_ours_and_the_cptv_package_read_the_same_pixels(pattern: str) -> None:
    for path in real(pattern):
        with path.open("rb") as ours, path.open("rb") as theirs:
            frames = zip(CptvFile(ours, path.name).frames(), CPTVReader(theirs), strict=True)
            assert all(np.array_equal(own.counts, other.pix) for own, other in frames), path.name


@pytest.mark.parametrize("bits", range(1, 18))
def test_every_width_of_packed_differences_is_unpacked_as_the_package_does(bits: int) -> None:
    random = np.random.default_rng(bits)
    packed = random.bytes(4 + ((16 * 12 - 1) * bits + 7) // 8)
    ours = (
        _PackedFrame(0, 0, None, background=False, bits=bits, pixels=packed)
        .differences(16 * 12)
        .reshape(12, 16)
    )
    ours[1::2] = ours[1::2, ::-1]
    theirs = CPTVReader(io.BytesIO(gzip.compress(bytes(recording()))))
    line = np.zeros(16 * 12, "h")
    pixels = theirs._decompress_frame(line, np.frombuffer(packed, "B"), bits)
    assert np.array_equal(ours, pixels)


# refusals


def refusal(tmp_path: Path, content: bytes) -> str:
    with pytest.raises(RecordingError) as refused:
        open_recording(zipped(tmp_path, content))
    return str(refused.value)


def test_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(SensorNotFound, match=r"nothing\.cptv"):
        open_recording(tmp_path / "nothing.cptv")


def test_a_folder_a_pipe_and_a_device_are_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.cptv"
    os.mkfifo(pipe)
    with pytest.raises(SensorNotFound, match="pipe or a device"):
        open_recording(pipe)
    with pytest.raises(SensorNotFound, match="pipe or a device"):
        open_recording("/dev/zero")
    with pytest.raises(SensorNotFound, match="directory"):
        open_recording(tmp_path)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (b"", "known kind"),
        (b"RIFF....", "known kind"),
        (b"CPTV", "its header"),
        (b"CPTV\x09", "version 9"),
        (recording()[:200], "frame 0"),
        (recording()[:300], "frame 1"),
        (header(), "holds no frame"),
        (header() + b"X\x00", "b'X'"),
        (header(X=None) + frame(scene()), "'X' is missing"),
        (header(X=b"\x10\x00") + frame(scene()), "expected 4"),
        (header(X=b"\xff\xff\xff\xff") + frame(scene()), "4294967295 x 12"),
        (header(C=b"\x02") + frame(scene()), "compression is 2"),
        (header(T=b"\xff" * 8) + frame(scene()), "year 9999"),
        (header(q=b"?") + frame(scene()), "b'q' is not known"),
        (header(J=b"\x05\x00") + frame(scene()), "promises 5 frames"),
        (header() + frame(scene(), f=b"\xff\xff\xff\xff"), "4294967295 bytes"),
        (header() + frame(scene(), w=b"\x1f"), "at 31 bits"),
        (header() + frame(scene(), t=None), "'t' is missing"),
        (recording((60_000, 59_000)), "goes back"),
        (recording() + b"\x00", "b'\\x00'"),
    ],
)
def test_what_is_wrong_with_a_recording_is_said(tmp_path: Path, broken: bytes, says: str) -> None:
    sentence = refusal(tmp_path, broken)
    assert says in sentence
    assert "test.cptv" in sentence


def test_unzipped_or_foreign_file_is_of_no_known_kind(tmp_path: Path) -> None:
    path = tmp_path / "picture.cptv"
    path.write_bytes(b"\x89PNG")
    with pytest.raises(RecordingError, match="no recording of a known kind"):
        open_recording(path)


def test_lepton_without_radiometry_is_refused_even_with_warm_counts(tmp_path: Path) -> None:
    content = header(E=b"lepton3") + frame(scene())
    with pytest.raises(NotRadiometric, match="lepton3, which has no radiometry"):
        open_recording(zipped(tmp_path, content))


def test_radiometric_lepton_with_raw_counts_is_refused(tmp_path: Path) -> None:
    content = header() + frame(scene() // 10)
    with pytest.raises(NotRadiometric, match="raw counts"):
        open_recording(zipped(tmp_path, content))


# anything at all


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return zipped(tmp_path_factory.mktemp("whole"), recording()).read_bytes()


def replayed(path: Path, content: bytes) -> list[bytes] | None:
    """Replay whatever `content` is; return the frames, or None when a `SensorError` ends it.

    Anything else that is raised fails the test, warnings included.
    """
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            with open_recording(path, quarter_turns=0) as sensor:
                return [frame.counts.tobytes() for frame in sensor.frames()]
        except SensorError:
            return None


def test_cut_anywhere_is_noticed(whole: bytes, tmp_path: Path) -> None:
    assert len(some(replayed(tmp_path / "x.cptv", whole))) == 3
    for length in range(len(whole)):
        assert replayed(tmp_path / "x.cptv", whole[:length]) is None, f"cut at {length}"


def test_any_flipped_bit_is_noticed_or_changes_no_pixel(whole: bytes, tmp_path: Path) -> None:
    expected = [scene(number).tobytes() for number in range(3)]
    harmless = set()
    for place in range(len(whole)):
        for bit in range(8):
            flipped = bytearray(whole)
            flipped[place] ^= 1 << bit
            frames = replayed(tmp_path / "x.cptv", bytes(flipped))
            if frames is not None:
                assert frames == expected, f"bit {bit} of byte {place}"
                harmless.add(place)
    # gzip's own notes (flags, date, level, system) and the padding of its last byte, no more
    assert harmless <= {*range(3, 10), len(whole) - 9}


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_wrong_content_under_a_right_checksum_raises_sensor_errors_only(
    tmp_path: Path, data: st.DataObject
) -> None:
    content = bytearray(recording())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    replayed(tmp_path / "x.cptv", gzip.compress(bytes(content), 1, mtime=0))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200), zip_it=st.booleans(), magic=st.booleans())
def test_any_bytes_raise_sensor_errors_only(
    tmp_path: Path, body: bytes, zip_it: bool, magic: bool
) -> None:
    content = b"CPTV\x02H" + body if magic else body
    assert replayed(tmp_path / "x.cptv", gzip.compress(content) if zip_it else content) is None


def test_file_that_changes_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    path = zipped(tmp_path, recording(tuple(range(60_000, 160_000, 100))))
    with open_recording(path) as sensor:
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size // 2)
        with pytest.raises(RecordingError, match="changed while it was read"):
            list(sensor.frames())


# real recordings


@pytest.mark.slow
def test_every_real_recording_is_read_to_its_end() -> None:
    for path in real("lepton-kiosk/recordings/*.cptv"):
        with path.open("rb") as file:
            stored = [np.rot90(frame.pix, -1) for frame in CPTVReader(file)]
        with open_recording(path) as sensor:
            assert (sensor.info.width, sensor.info.height) == (120, 160)
            for got, expected in zip(sensor.frames(), stored, strict=True):
                assert np.array_equal(got.counts, expected)
                assert got.radiometry.proven
            assert sensor.rejected() == {}


def test_an_ffc_inside_a_real_recording_brings_its_age_back_to_nothing() -> None:
    (path,) = real("lepton-kiosk/recordings/20210324-043703.cptv")
    with open_recording(path) as sensor:
        ages = [some(frame.ffc_age_s) for frame in sensor.frames()]
    drops = np.flatnonzero(np.diff(ages) < 0)
    assert len(drops) == 1
    assert ages[drops[0]] > 500
    assert ages[drops[0] + 1] < 1.5


def test_every_real_recording_of_raw_counts_is_refused() -> None:
    for path in real("not-radiometric/*.cptv"):
        with pytest.raises(NotRadiometric, match=r"raw counts.*Record from a radiometric"):
            open_recording(path)
