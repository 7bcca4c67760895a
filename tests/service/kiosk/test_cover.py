"""The cover's words are those of the catalogues, and lie in the middle of every screen."""

import gzip
from importlib.resources import files

import numpy as np
import pytest

from service.ipc.settings import Language
from service.kiosk.cover import GROUND, INK, painted, words
from service.web.i18n import catalogues


@pytest.mark.parametrize("language", Language)
def test_the_words_drawn_are_those_of_the_catalogue(language: str) -> None:
    """When this fails: `scripts/cover_words`."""
    packed = (files("service.kiosk") / "words" / f"{language}.pbm.gz").read_bytes()
    said = gzip.decompress(packed).split(b"\n")[1].decode()
    catalogue = catalogues()[language]
    title, text = (catalogue[section]["not_screening"] for section in ("titles", "instructions"))
    assert said == f"# {title} {text}"


@pytest.mark.parametrize(("width", "height"), [(800, 480), (1024, 600), (1920, 1080), (3840, 1080)])
def test_the_picture_is_dark_with_words_in_its_middle(width: int, height: int) -> None:
    picture = np.frombuffer(painted(width, height, "de"), np.uint8).reshape(height, width, 4)
    ink = (picture == list(INK)).all(axis=2)
    assert ((picture == list(GROUND)).all(axis=2) | ink).all()
    rows, columns = np.nonzero(ink)
    assert len(rows) > 2000
    assert abs((rows.min() + rows.max()) / 2 - height / 2) < height * 0.1
    if width >= words("de")[0]:
        assert abs((columns.min() + columns.max()) / 2 - width / 2) < width * 0.05


def test_beside_a_visitors_monitor_the_words_are_on_the_guards() -> None:
    picture = np.frombuffer(painted(3200, 1080, "de", 1920), np.uint8).reshape(1080, 3200, 4)
    _, columns = np.nonzero((picture == list(INK)).all(axis=2))
    assert columns.max() < 1920
    assert abs((columns.min() + columns.max()) / 2 - 960) < 100
