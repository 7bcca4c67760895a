"""The key to the admin's console is one that the kiosk's keyboard has."""

import re
from importlib.resources import files

from service.kiosk.keyboard import keyboard_files


def test_the_key_that_is_held_exists_on_the_kiosk() -> None:
    script = (files("service.web") / "static/console.js").read_text(encoding="utf-8")
    (key,) = set(re.findall(r'event\.key === "(\w+)"', script))
    assert re.search(rf"\[ {key} \]", keyboard_files()["symbols/limen"])
