"""A frame is screened only as a new one of a living sensor: attacks are found, real films pass."""

import math
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from device.frame import FfcState, Gain, RadiometricFrame, Radiometry
from device.replay.sensor import open_recording
from screening.freshness.freshness import HOLD_S, Freshness
from screening.freshness.noise import LAG, Look, Noise
from screening.result import Reason
from tests.device.recordings import real
from tests.screening.freshness.attacks import ATTACKS, Film, frozen

FRAME_S = 1 / 8.7
BEGIN = 30
RADIOMETRY = Radiometry(tlinear=True, agc_off=True, kelvin_per_count=0.01, gain=Gain.HIGH)
WITHIN_FRAMES = 21  # 2.4 s; most are found with the first frame, patches with the third
STILL_PICTURES = {Reason.PICTURE_STILL, Reason.FOREIGN_NOISE}


def living(frames: int = 60, memory: float = 0.94, netd_k: float = 0.05, step: int = 2) -> Film:
    """Return a film of an empty room: a Lepton's noise, or white noise without a memory."""
    rng = np.random.default_rng(3)
    rows, columns = np.mgrid[:120, :160]
    room = 29_500.0 + 300.0 * np.exp(-(((rows - 60) / 25) ** 2 + ((columns - 90) / 20) ** 2))
    noise = rng.standard_normal(room.shape)
    film = np.empty((frames, *room.shape), np.uint16)
    for picture in film:
        noise = memory * noise + np.sqrt(1.0 - memory**2) * rng.standard_normal(room.shape)
        picture[...] = step * np.rint((room + 100.0 * netd_k * noise) / step)
    return film


def frame(counts: np.ndarray, number: int, ffc: FfcState = FfcState.COMPLETE) -> RadiometricFrame:
    time_s = number * FRAME_S
    return RadiometricFrame(counts, RADIOMETRY, time_s, number, ffc, 100.0 + time_s)


def watched(film: Film, *, walks: bool = True, netd_k: float = 0.05) -> list[Reason | None]:
    """Return what is said of each frame."""
    freshness = Freshness(film.shape[1], film.shape[2], netd_k, walks=walks)
    return [freshness.step(frame(counts, number)) for number, counts in enumerate(film)]


@pytest.mark.parametrize("name", ATTACKS)
def test_what_takes_the_place_of_a_living_picture_is_found(name: str) -> None:
    said = watched(ATTACKS[name](living(), BEGIN, np.random.default_rng(1)))
    assert not any(said[:BEGIN])
    found = next(n for n, reason in enumerate(said[BEGIN:], 1) if reason is not None)
    assert found <= WITHIN_FRAMES
    assert set(said[BEGIN + found - 1 :]) <= STILL_PICTURES  # and stays found


def test_a_living_picture_passes() -> None:
    assert not any(watched(living()))
    assert not any(watched(living(memory=0.0, netd_k=0.02, step=1), walks=False, netd_k=0.02))


def test_noise_of_another_size_is_not_the_sensors_own() -> None:
    for netd_k in (0.002, 0.2):  # of a sensor with 20 mK
        film = living(memory=0.0, netd_k=netd_k, step=1)
        said = watched(film, walks=False, netd_k=0.02)
        assert said[-1] in STILL_PICTURES


def test_a_picture_must_live_for_a_while_before_it_is_believed_again() -> None:
    film = living(BEGIN + 40)
    film[BEGIN] = film[BEGIN - 1]
    said = watched(film)
    wrong = [number for number, reason in enumerate(said) if reason is not None]
    assert wrong == list(range(BEGIN, wrong[-1] + 1))
    assert (wrong[-1] - BEGIN) * FRAME_S < HOLD_S <= (wrong[-1] + 1 - BEGIN) * FRAME_S


@pytest.mark.parametrize("time_s", [math.nan, math.inf, 0.0])
def test_a_fault_without_a_time_is_held_as_long_as_any_other(time_s: float) -> None:
    film = living(60)
    freshness = Freshness(film.shape[1], film.shape[2], 0.05, walks=True)
    frames = [frame(counts, number) for number, counts in enumerate(film)]
    frames[20] = replace(frames[20], time_s=time_s)
    seen = [freshness.step(one) for one in frames]
    held = [number for number, one in enumerate(seen) if one is Reason.IMPOSSIBLE_VALUES]
    assert held[0] == 20
    assert held == list(range(20, held[-1] + 1))
    assert frames[held[-1]].time_s - frames[21].time_s >= HOLD_S - FRAME_S


def test_while_an_ffc_is_announced_a_still_picture_is_a_pause_and_no_fault() -> None:
    film = frozen()(living(), BEGIN, np.random.default_rng(1))
    freshness = Freshness(film.shape[1], film.shape[2], 0.05, walks=True)
    said = [
        freshness.step(frame(c, n, FfcState.IMMINENT if n >= BEGIN else FfcState.COMPLETE))
        for n, c in enumerate(film)
    ]
    assert set(said[BEGIN:]) == {Reason.FFC}


@pytest.mark.parametrize(("walks", "frames"), [(True, 2 * LAG), (False, LAG)])
def test_after_an_ffc_it_settles_until_the_noise_is_judged(walks: bool, frames: int) -> None:
    memory, netd_k = (0.94, 0.05) if walks else (0.0, 0.02)
    film = living(memory=memory, netd_k=netd_k, step=1)
    freshness = Freshness(film.shape[1], film.shape[2], netd_k, walks=walks)
    settling = []
    for number, counts in enumerate(film):
        ffc = FfcState.IN_PROGRESS if number == BEGIN else FfcState.COMPLETE
        assert freshness.step(frame(counts, number, ffc)) is None
        settling.append(freshness.settling)
    assert [n for n, yet in enumerate(settling) if yet] == list(range(BEGIN, BEGIN + frames + 1))


def test_frames_that_come_at_once_on_a_busy_line_keep_nobody_from_settling() -> None:
    """Found on the painted page: after two that came at once, every other seemed to be a gap."""
    film = living()
    freshness = Freshness(film.shape[1], film.shape[2], 0.05, walks=True)
    for number, counts in enumerate(film):
        ffc = FfcState.IN_PROGRESS if number == BEGIN else FfcState.COMPLETE
        shown = frame(counts, number, ffc)
        late_s = 0.99 * FRAME_S if number in {BEGIN + 2, BEGIN + 5} else 0.0
        assert freshness.step(replace(shown, time_s=shown.time_s + late_s)) is None
    assert not freshness.settling


def test_a_gap_makes_the_measuring_of_the_noise_begin_anew() -> None:
    film = living()
    freshness = Freshness(film.shape[1], film.shape[2], 0.05, walks=True)
    for number, counts in enumerate(film):
        shown = frame(counts, number)
        freshness.step(replace(shown, time_s=shown.time_s + number // 10))
        assert not freshness._noise.judged, "ten frames in a row are too few"


def test_another_scene_from_one_frame_to_the_next_is_a_cut() -> None:
    film = living()
    film[BEGIN:] += np.linspace(0, 100, 160).astype(np.uint16)  # up to 1 K, from left to right
    freshness = Freshness(film.shape[1], film.shape[2], 0.05, walks=True)
    cuts = []
    for number, counts in enumerate(film):
        freshness.step(frame(counts, number))
        cuts.append(freshness.cut)
    assert cuts.index(True) == BEGIN
    assert sum(cuts) == 1


# ---- the bounds


def waking(walks: bool = True) -> Freshness:
    return Freshness(120, 160, 0.05, walks=walks)


class Scripted:
    """Stands for the noise: says of each frame what it is given."""

    judged = True

    def __init__(self, *looks: Look) -> None:
        self.looks = list(looks)
        self.forgot = 0

    def step(self, *_: object) -> Look:
        return self.looks.pop(0)

    def reset(self) -> None:
        self.forgot += 1


def scripted(freshness: Freshness, *looks: Look) -> Scripted:
    noise = Scripted(*looks)
    freshness._noise = cast("Noise", noise)
    return noise


def later(counts: np.ndarray, number: int, time_s: float) -> RadiometricFrame:
    return replace(frame(counts, number), time_s=time_s, ffc_age_s=100.0 + time_s)


@pytest.mark.parametrize(
    ("height", "width", "shape"),
    [
        (120, 160, (120, 160)),
        (40, 60, (40, 60)),
        (512, 640, (128, 160)),
        (301, 402, (101, 134)),  # 2.51 times 160: every third
    ],
)
def test_of_larger_pictures_every_so_many_pixels_are_looked_at(
    height: int, width: int, shape: tuple[int, int]
) -> None:
    assert Freshness(height, width, 0.05, walks=True)._picture.shape == shape
    assert Freshness(width, height, 0.05, walks=True)._picture.shape == shape[::-1]


@pytest.mark.parametrize(("span", "flat"), [(4, True), (5, False)])
def test_a_row_of_hardly_more_than_one_value_is_no_picture(span: int, flat: bool) -> None:
    film = living(1)
    film[0, 17] = 29_000
    film[0, 17, 5] += span
    assert (watched(film) == [Reason.PICTURE_STILL]) == flat


@pytest.mark.parametrize(
    ("steps_s", "last_s", "gap"),
    [
        ([], 100.0, False),  # the first
        ([1.0], 6.0, False),
        ([1.0], 6.5, True),
        # of a mean over eight steps the least that was seen
        ([1.0] * 8 + [4.0] * 8, 6.0, False),
        ([1.0] * 8 + [4.0] * 8, 6.5, True),
        ([1.0] * 7 + [4.0] * 9, 6.5, False),
        ([4.0] * 2 + [1.0] * 6, 7.0, False),
        ([4.0] * 2 + [1.0] * 8, 7.0, True),
        # fewer than eight may have come at once
        ([0.5] + [1.5] * 8, 4.0, False),
    ],
)
def test_a_gap_is_six_times_as_long_as_a_frame(
    steps_s: list[float], last_s: float, gap: bool
) -> None:
    freshness, time_s = waking(), 50.0
    if steps_s:
        assert not freshness._gap(time_s)
    for step_s in steps_s:
        time_s += step_s
        assert not freshness._gap(time_s)
    assert freshness._gap(time_s + last_s) == gap
    assert (len(freshness._times_s) == 1) == (gap or not steps_s)  # begun anew


@pytest.mark.parametrize("name", ["an FFC", "an impossible value", "a gap"])
def test_what_was_timed_and_judged_before_a_break_is_forgotten(name: str) -> None:
    freshness, film = waking(), living(12)
    for number in range(10):
        freshness.step(frame(film[number], number))
    noise = scripted(freshness, Look(restless=True), Look(restless=True))
    freshness.step(frame(film[10], 10))
    assert freshness._restless_s is not None
    shown = frame(film[11], 11)
    if name == "a gap":
        freshness.step(later(film[11], 11, 30.0))
        assert noise.forgot == 1
        return
    ffc = FfcState.IN_PROGRESS if name == "an FFC" else shown.ffc
    time_s = 0.0 if name == "an impossible value" else shown.time_s
    freshness.step(replace(shown, time_s=time_s, ffc=ffc))
    assert noise.forgot == 1
    assert vars(freshness)["_restless_s"] is None
    assert freshness._period_s == math.inf
    assert not freshness._times_s


def test_a_crowd_may_leave_nothing_quiet_for_a_second_and_a_half() -> None:
    freshness, film = waking(), living(10)
    restless, calm = Look(restless=True), Look()
    scripted(freshness, restless, calm, *[restless] * 8)
    said = [
        freshness.step(later(counts, number, 10.0 + 0.375 * number))
        for number, counts in enumerate(film)
    ]
    # restless since the third, at 10.75 s; the seventh comes 1.5 s later
    assert said == [None] * 7 + [Reason.FOREIGN_NOISE] * 3


def test_a_fault_is_held_for_two_seconds_and_a_cut_for_one_frame() -> None:
    freshness, film = waking(), living(12)
    assert not freshness.cut
    scripted(freshness, Look(foreign=True), Look(cut=True), *[Look()] * 10)
    said = []
    for number, counts in enumerate(film):
        shown = later(counts, number, 10.0 + 0.5 * number)
        if number == 2:
            shown = replace(shown, sequence=0)  # impossible
        said.append(freshness.step(shown))
        assert freshness.cut == (number == 1)
    held = [Reason.FOREIGN_NOISE] * 2 + [Reason.IMPOSSIBLE_VALUES] * 5
    # counted from the next time that can be believed: 11.5 s
    assert said == held + [None] * 5


def _alarms(recordings: list[Path]) -> tuple[int, float]:
    """Return frames that were called stale, and how many hours were watched."""
    alarms, hours = 0, 0.0
    for path in recordings:
        with open_recording(path) as sensor:
            info = sensor.info
            freshness = Freshness(info.height, info.width, info.netd_k, walks=info.noise_walks)
            first_s = last_s = None
            for picture in sensor.frames():
                alarms += freshness.step(picture) is not None or freshness.cut
                first_s = picture.time_s if first_s is None else first_s
                last_s = picture.time_s
            assert first_s is not None
            assert last_s is not None
            hours += (last_s - first_s) / 3600.0
    return alarms, hours


@pytest.mark.slow
def test_no_frame_of_real_entrances_is_called_stale() -> None:
    """None in 0.12 h: with 95 % confidence fewer than 25 an hour; margins say far fewer."""
    alarms, hours = _alarms(real("lepton-kiosk/recordings/*.cptv"))
    assert alarms == 0
    assert 3.0 / hours < 26.0
