"""The key to the admin's console is one that the kiosk's keyboard has."""

import re
from importlib.resources import files

from service.kiosk.keyboard import keyboard_files


def test_the_key_that_is_held_exists_on_the_kiosk() -> None:
    script = (files("service.web") / "static/console.js").read_text(encoding="utf-8")
    (key,) = set(re.findall(r'event\.key === "(\w+)"', script))
    assert re.search(rf"\[ {key} \]", keyboard_files()["symbols/limen"])


def test_what_a_guard_presses_exists_on_the_kiosk() -> None:
    """Each key of the alert screen, or another for the same: a kiosk has no Ctrl."""
    script = (files("service.web") / "static/alert.js").read_text(encoding="utf-8")
    symbols = keyboard_files()["symbols/limen"]
    assert 'event.key === "Backspace") return cards.undo()' in script
    pedals = re.findall(r'(F\d\d): "', script)
    assert pedals == ["F13", "F14"]
    for key in ("BackSpace", "space", *pedals):
        assert re.search(rf"\[ {key} \]", symbols), key
