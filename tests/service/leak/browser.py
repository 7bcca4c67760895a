"""Show the alert screen as the kiosk does, and print a picture of what is on the screen.

python -m tests.service.leak.browser ADDRESS SECONDS
"""

import json
import sys
import time

from playwright.sync_api import sync_playwright

from service.kiosk.browser import CHROMIUM_OPTIONS

PROFILE = "/root/kiosk-profile"


def main() -> None:
    address, seconds = sys.argv[1], float(sys.argv[2])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            headless=True,
            ignore_default_args=["--disable-dev-shm-usage"],
            args=[*CHROMIUM_OPTIONS, "--no-sandbox", "--disable-gpu"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(address)
        page.wait_for_timeout(seconds * 1000)
        picture = page.screenshot(type="png")
        title = page.title()
        browser.close()
    sys.stdout.buffer.write(json.dumps({"title": title}).encode() + b"\n" + picture)
    sys.stdout.flush()
    time.sleep(0.1)


if __name__ == "__main__":
    main()
