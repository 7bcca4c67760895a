"""Identities are kept: through gaps, past one another, and never lent to somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from screening.faces.detection import Detection
from screening.visitors.tracking import Sighting, Track, Tracker
from tests.screening.pictures import detection

FRAME_S = 1 / 30


def walk(x: float, y: float = 100.0, width: float = 40.0) -> Detection:
    return detection(x, y, width)


@dataclass(frozen=True)
class Seen:
    id: int
    x: float
    gap_s: float


def run(tracker: Tracker, frames: Sequence[Sequence[Detection]]) -> list[list[Seen]]:
    return [
        [Seen(t.id, t.seen.x, t.gap_s) for t in tracker.step(faces, n * FRAME_S)[0]]
        for n, faces in enumerate(frames)
    ]


def test_one_face_is_one_track_however_it_jitters() -> None:
    random = np.random.default_rng(1)
    jitter = random.normal(0, 2.0, (200, 2))
    seen = run(Tracker(), [[walk(100 + a, 100 + b)] for a, b in jitter])
    assert {t.id for tracks in seen for t in tracks} == {1}


def test_a_face_is_found_again_after_a_second_out_of_sight() -> None:
    def at(n: int) -> list[Detection]:
        return [] if 40 <= n < 70 else [walk(50 + 1.0 * n)]

    seen = run(Tracker(), [at(n) for n in range(120)])
    assert {t.id for tracks in seen for t in tracks} == {1}
    assert seen[70][0].gap_s == pytest.approx(31 * FRAME_S)


def test_after_two_seconds_it_is_somebody_new() -> None:
    frames = [[walk(100)]] * 20 + [[]] * 60 + [[walk(100)]] * 20
    seen = run(Tracker(), frames)
    assert [t.id for t in seen[-1]] == [2]


@pytest.mark.parametrize("seed", range(60))
def test_two_people_who_cross_keep_their_names(seed: int) -> None:
    random = np.random.default_rng(seed)
    speed = random.uniform(60, 220)  # px per second
    width = random.uniform(35, 60)
    nearer = random.uniform(1.15, 1.5)
    rise = random.uniform(-15, 15)
    jitter = 0.03 * width

    def people(n: int) -> list[tuple[float, float, float]]:
        a, b = 60 + speed * n * FRAME_S, 540 - speed * n * FRAME_S
        noise = random.normal(0, jitter, 4)
        front = (a + noise[0], 100 + noise[1], width * nearer)
        back = (b + noise[2], 100 + rise + noise[3], width)
        hidden = abs(a - b) < 0.6 * width
        return [front] if hidden else [front, back]

    tracker = Tracker()
    names: dict[int, set[str]] = {}
    for n in range(int(400 / speed / FRAME_S)):
        a = 60 + speed * n * FRAME_S
        tracker.step([detection(*p) for p in people(n)], n * FRAME_S)
        for track in tracker.tracks:
            if track.detection is not None and track.confirmed:
                who = (
                    "front"
                    if abs(track.seen.x - a) < 0.35 * width
                    and (track.detection.box[2] > width * (1 + nearer) / 2 * 0.97)
                    else "back"
                )
                names.setdefault(track.id, set()).add(who)
    assert all(len(who) == 1 for who in names.values()), names
    assert set().union(*names.values()) == {"front", "back"}, "both were followed"


def test_a_false_alarm_beside_a_face_takes_no_ones_name() -> None:
    frames = [[walk(100)]] * 10 + [[walk(100), walk(135, width=30)]] * 2 + [[walk(100)]] * 10
    seen = run(Tracker(), frames)
    assert all(1 in {t.id for t in tracks} for tracks in seen)


def test_somebody_who_steps_in_front_gets_a_name_of_their_own() -> None:
    # the one behind is no longer seen, the one in front walks in from the side
    def at(n: int) -> list[Detection]:
        front = (20 + 4.0 * n, 120, 55)
        return [detection(*front)] if n > 28 else [detection(*front), walk(150, 100, 38)]

    seen = run(Tracker(), [at(n) for n in range(40)])
    first = {t.id for t in seen[5] if t.x < 100}
    assert {t.id for t in seen[-1]} == first


def test_two_tracks_on_one_face_become_one_but_a_hidden_person_stays() -> None:
    tracker = Tracker()
    # seen side by side, then one walks behind the other
    for n in range(20):
        tracker.step([walk(100), walk(200 - 4 * n, width=36)], n * FRAME_S)
    tracker.step([walk(100)], 20 * FRAME_S)
    assert len(tracker.tracks) == 2
    # a second track that never was seen beside the first goes
    tracker = Tracker()
    for n in range(10):
        tracker.step([walk(100)], n * FRAME_S)
    seen = Sighting(104.0, 100.0, 40.0)
    tracker.tracks.append(Track(99, *seen, time_s=0.3, seen_s=0.3, seen=seen, hits=5))
    tracker.step([walk(100)], 10 * FRAME_S)
    assert [t.id for t in tracker.tracks] == [1]


@pytest.mark.parametrize(("rate", "leaving"), [(-0.6, True), (0.0, False), (0.6, False)])
def test_who_walks_away_is_leaving_and_who_comes_is_not(rate: float, leaving: bool) -> None:
    tracker = Tracker()
    random = np.random.default_rng(6)
    for n in range(40):
        width = 50.0 * np.exp(rate * n * FRAME_S + random.normal(0, 0.05))
        tracker.step([walk(100, width=float(width))], n * FRAME_S)
    assert tracker.tracks[0].leaving is leaving


@pytest.mark.parametrize("gap_frames", [12, 30, 42])
def test_whoever_comes_next_from_farther_away_is_somebody_new(gap_frames: int) -> None:
    # the first turns to the right and goes; the next appears farther back in the same direction
    tracker = Tracker()
    first = [[walk(100)]] * 30 + [[walk(100 + 4.0 * n)] for n in range(10)]
    after = [[walk(118, width=40.0 * 0.68 * 1.01**n)] for n in range(60)]
    seen = run(tracker, [*first, *[[]] * gap_frames, *after])
    assert {t.id for tracks in seen[:40] for t in tracks} == {1}
    assert {t.id for tracks in seen[40:] for t in tracks} == {2}


@pytest.mark.parametrize(("speed", "x"), [(0.0, 300.0), (4.0, 20.0)])
def test_a_face_away_from_where_it_stood_and_went_is_somebody_new(speed: float, x: float) -> None:
    first = [[walk(100 + speed * n)] for n in range(25)]
    seen = run(Tracker(), [*first, *[[]] * 40, *[[walk(x)]] * 10])
    assert {t.id for tracks in seen[25:] for t in tracks} == {2}


def test_somebody_lost_does_not_take_the_face_of_somebody_in_sight() -> None:
    # the one who left was as large as the next one is when they stand in the same place
    first = [[walk(100)]] * 30
    coming = [[walk(104, width=26.0 * 1.03**n)] for n in range(24)]
    seen = run(Tracker(), [*first, *[[]] * 12, *coming])
    assert {t.id for tracks in seen[42:] for t in tracks} == {2}


def test_a_face_half_as_large_in_the_next_frame_is_of_somebody_behind() -> None:
    frames = [[walk(100)]] * 20 + [[walk(100, width=22.0)]] * 10
    seen = run(Tracker(), frames)
    assert [t.id for t in seen[-1]] == [2]
