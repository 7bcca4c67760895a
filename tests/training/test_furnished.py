"""Furniture that is trained with is of the taught kinds only, and never before a face."""

import numpy as np
import pytest

from service.offline.bench import entrance_draws, entrances, kinds
from service.offline.bench.entrance_draws import THINGS, draw
from training import furnished, samples
from training.furnished import KEPT_OUT, TAUGHT, furnish
from training.samples import POINTS, WEARS, WORN, Render


def render(*boxes: tuple[float, float, float, float]) -> Render:
    """Return a plain room with boxes that are said to be faces."""
    count = len(boxes)
    return Render(
        celsius=np.full((160, 120), 22.0, np.float16),
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        points=np.zeros((count, POINTS, 2), np.float32),
        visible=np.ones(count, np.float32),
        turn_deg=np.zeros((count, 2), np.float32),
        canthi=np.ones((count, 2), np.float32),
        worn=np.zeros((count, len(WORN)), np.float32),
        references=np.zeros((0, 4), np.float32),
    )


def test_kinds_of_furniture_are_taught_or_kept_out() -> None:
    assert set(TAUGHT) | set(KEPT_OUT) == set(THINGS)
    assert not set(TAUGHT) & set(KEPT_OUT)
    assert {"screen", "head"} <= set(KEPT_OUT)


def test_only_taught_kinds_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    thing = entrance_draws._thing

    def noted(
        canvas: entrance_draws._Canvas,
        rng: np.random.Generator,
        room_c: float,
        things: tuple[str, ...],
    ) -> None:
        seen.extend(things)
        thing(canvas, rng, room_c, things)

    monkeypatch.setattr(entrance_draws, "_thing", noted)
    for number in range(12):
        assert furnish(render(), number) is not None
    assert seen
    assert set(seen) == set(TAUGHT)


def test_what_is_judged_on_is_drawn_from_other_numbers() -> None:
    assert max(entrances.DRAWS, 10_000) < furnished.FIRST_DRAW


def test_what_is_worn_in_training_is_none_of_what_is_kept_out() -> None:
    worn = {name for name, _ in WEARS}
    assert not worn & {"turban", "veil", "cup"}
    assert {"hood", "phone"} <= worn
    assert set(kinds.KINDS) & worn <= set(kinds.KNOWN) | {"hood", "phone"}
    assert samples.SUN > 0.0


def test_a_face_stays_free_and_the_reference_is_told() -> None:
    box = (30.0, 40.0, 60.0, 70.0)
    painted = [furnish(render(box), number) for number in range(40)]
    done = [each for each in painted if each is not None]
    assert len(done) > 10
    for each in done:
        face = each.celsius[44:106, 34:86].astype(np.float32)
        assert (np.abs(face - 22.0) > 0.5).mean() < 0.06
        assert (np.abs(each.celsius.astype(np.float32) - 22.0) > 0.5).any()
        assert each.furnished
        x, y, w, h = each.references[-1]
        middle = each.celsius[int(y + h / 2), int(x + w / 2)]
        assert 33.0 < middle < 40.0


def test_a_face_that_fills_the_picture_leaves_no_room() -> None:
    assert furnish(render((0.0, 0.0, 120.0, 160.0)), 1) is None


def test_the_kinds_that_are_asked_for_are_drawn() -> None:
    plain = draw(6, (160, 120), 22.0)
    assert np.array_equal(plain.cover, draw(6, (160, 120), 22.0, THINGS).cover)
    assert any(
        not np.array_equal(
            draw(n, (160, 120), 22.0).cover, draw(n, (160, 120), 22.0, ("lamp",)).cover
        )
        for n in range(8)
    )
