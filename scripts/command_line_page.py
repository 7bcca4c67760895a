"""docs/reference/command-line.md, as typer itself writes down the commands."""

import html
import re
import subprocess
import sys

_HEAD = """# Command line

This page is made from the code by `scripts/pages`; `./check` fails when it is out of date.

A command that fails ends with a status other than 0 and a sentence that says what happened and \
what to do. What is printed with `--json` is one JSON object per line.
"""
_ABOUT_THE_SHELL = re.compile(
    r"^\* `--(?:install-completion|show-completion|help)`.*\n", re.MULTILINE
)
_NO_OPTIONS = re.compile(r"\*\*Options\*\*:\n\n(?!\* )")
# a prompt would mark a line that a reader is told to type, and that the tests run
_PROMPT = re.compile(r"```console\n\$ ")


def render() -> str:
    """Return the page."""
    written = subprocess.run(
        [sys.executable, "-m", "typer", "service.cli.main", "utils", "docs", "--name", "limen"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    _, _, commands = html.unescape(written).partition("\n")
    for pattern, instead in ((_ABOUT_THE_SHELL, ""), (_PROMPT, "```\n"), (_NO_OPTIONS, "")):
        commands = pattern.sub(instead, commands)
    commands = re.sub(r"\n{3,}", "\n\n", commands)
    return f"{_HEAD}{commands.rstrip()}\n"
