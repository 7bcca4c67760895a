"""The film of a page ends with what is on it."""

import base64

import cv2
import numpy as np
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


def test_the_last_picture_is_not_lost_when_those_before_it_are_still_on_their_way(
    browser: Browser,
) -> None:
    page = browser.new_page()
    page.set_content(PAGE)
    film = Busy(page)
    page.wait_for_timeout(500)
    film.busy = True
    page.wait_for_timeout(500)
    assert film.shots[-1].green > FEW
    page.evaluate("window.dark = true")
    page.wait_for_timeout(1000)
    assert film.shots[-1].green <= FEW
    page.close()


def test_a_picture_that_was_overtaken_is_put_where_it_belongs(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(PAGE)
    film = Film(page)
    page.wait_for_timeout(500)
    first = film.shots[0].at
    black = base64.b64encode(cv2.imencode(".jpg", np.zeros((9, 9, 3), np.uint8))[1].tobytes())
    film._take({"data": black, "metadata": {"timestamp": first - 1.0}, "sessionId": 0})
    assert [shot.at for shot in film.shots] == sorted(shot.at for shot in film.shots)
    assert film.shots[0].green == 0
    assert film.shots[-1].green > FEW
    page.close()


def test_a_page_that_hangs_is_filmed_all_the_same(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(PAGE)
    film = Film(page)
    page.wait_for_timeout(300)
    page.evaluate(
        "setTimeout(() => { const at = Date.now() + 1500; while (Date.now() < at); }, 50)"
    )
    page.wait_for_timeout(400)
    before = len(film.shots)
    page.wait_for_timeout(600)
    assert len(film.shots) > before + 2
    page.close()
