"""Whoever answers for an installed station, at its screen: from the alert screen to the console.

    python console.py PASSWORD

holds Home on the alert screen, types the password, and prints one JSON object: which page was
shown after each, and in which role.
"""

import json
import sys
import time
from collections.abc import Callable

from playwright.sync_api import Error, Page, sync_playwright

ADDRESS = "http://127.0.0.1:8630/"
WITHIN_S = 60.0


def insist(step: Callable[[], object]) -> None:
    """Do something again and again until it succeeds: the station may still be starting."""
    ends = time.monotonic() + WITHIN_S
    while True:
        try:
            step()
        except Error:
            if time.monotonic() > ends:
                raise
            time.sleep(0.2)
        else:
            return


def enter(page: Page, password: str) -> dict[str, str]:
    insist(lambda: page.goto(ADDRESS))
    page.wait_for_selector("body:not([data-state=starting])")
    page.keyboard.down("Home")
    page.wait_for_url("**/admin")
    page.keyboard.up("Home")
    page.wait_for_selector("body[data-page=door]")
    door = page.evaluate("document.body.dataset.page")
    page.fill("#password", password)
    page.press("#password", "Enter")
    page.wait_for_selector("body[data-page=admin]")
    inside = page.evaluate(
        "({ inside: document.body.dataset.page, role: document.body.dataset.role })"
    )
    return {"door": door, **inside}


def main() -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        print(json.dumps(enter(chromium.new_page(), sys.argv[1])), flush=True)
        chromium.close()


if __name__ == "__main__":
    main()
