"""A command that takes long says so on standard error, and one that does not says nothing."""

import time

import pytest

from service.cli.busy import busy


def test_what_takes_long_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    said = ""
    with busy("screening", first_after_s=0.01):
        deadline = time.monotonic() + 10.0
        while not said and time.monotonic() < deadline:
            said = capsys.readouterr().err
            time.sleep(0.005)
    assert said == "... screening, 0 s\n"


def test_what_is_done_soon_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with busy("screening", first_after_s=60.0):
        pass
    assert capsys.readouterr() == ("", "")
