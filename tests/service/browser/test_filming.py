"""The film of a page ends with what is on it."""

import base64
import time
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser

from tests.service.browser.filming import FEW, Film

# Paints all the time until it is told to go dark, and nothing after that.
PAGE = """<body style="margin: 0; background: black"><div style="height: 200px"></div><script>
const box = document.querySelector("div").style;
let frames = 0;
function paint() {
  frames += 1;
  box.width = `${300 + (frames % 100)}px`;
  box.background = window.dark ? "black" : "rgb(7, 96, 79)";
  if (!window.dark) requestAnimationFrame(paint);
}
paint();
</script>"""


class Busy(Film):
    """Takes no picture off the browser's hands any more once it is busy."""

    busy = False

    def acknowledge(self, number: int) -> None:
        """Do so, or not."""
        if not self.busy:
            super().acknowledge(number)


@pytest.fixture(scope="module")
def film(browser: Browser) -> Iterator[Busy]:
    """Return the film of a page that paints."""
    page = browser.new_page()
    page.set_content(PAGE)
    yield Busy(page)
    page.close()


def test_a_page_that_hangs_is_filmed_all_the_same(film: Busy) -> None:
    """It is asked for a picture while it hangs, and is filmed by its compositor."""
    hang = "setTimeout(() => { const at = Date.now() + 3000; while (Date.now() < at); }, 0)"
    film.page.evaluate(hang)
    film.page.wait_for_timeout(200)
    before, hangs_until = len(film.shots), time.time() + 2.5
    while len(film.shots) <= before + 1:
        assert time.time() < hangs_until
        film.page.wait_for_timeout(20)


def test_a_picture_that_was_overtaken_is_put_where_it_belongs(film: Busy) -> None:
    first = film.shots[0].at
    black = base64.b64encode(cv2.imencode(".jpg", np.zeros((9, 9, 3), np.uint8))[1].tobytes())
    film._take({"data": black, "metadata": {"timestamp": first - 1.0}, "sessionId": 0})
    assert film.shots[0].green == 0
    assert film.shots[1].at == first


def test_the_last_picture_is_not_lost_while_those_before_it_are_on_their_way(film: Busy) -> None:
    film.page.wait_for_timeout(300)
    film.busy = True
    film.page.wait_for_timeout(300)
    assert film.shots[-1].green > FEW
    film.page.evaluate("window.dark = true")
    film.page.wait_for_timeout(500)
    assert film.shots[-1].green <= FEW
