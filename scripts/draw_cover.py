"""Draws the cover's words as black-and-white pictures: no typeface is needed to show them."""

import gzip
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import sync_playwright

from service.web.i18n import catalogues

WIDTH, HEIGHT = 960, 360
PAGE = """<body style="margin:0;background:#000;color:#fff;width:{w}px;height:{h}px;display:grid;
place-content:center;gap:24px;text-align:center;font-family:'Liberation Sans',sans-serif">
<style>p{{margin:0}}</style><p style="font-size:68px;font-weight:700;line-height:1.1">{title}</p>
<p style="font-size:36px;line-height:1.3">{text}</p></body>"""


def said(language: str) -> tuple[str, str]:
    """Return what the cover says: title and instruction."""
    words = catalogues()[language]
    return words["titles"]["not_screening"], words["instructions"]["not_screening"]


def main() -> None:
    """Draw every language."""
    folder = Path(str(files("service.kiosk"))) / "words"
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for language in catalogues():
            title, text = said(language)
            page.set_content(PAGE.format(w=WIDTH, h=HEIGHT, title=title, text=text))
            shot = np.frombuffer(page.screenshot(), np.uint8)
            grey = np.asarray(cv2.imdecode(shot, cv2.IMREAD_GRAYSCALE))
            rows = np.packbits(grey > 110, axis=1).tobytes()
            head = f"P4\n# {title} {text}\n{WIDTH} {HEIGHT}\n".encode()
            packed = gzip.compress(head + rows, mtime=0)
            (folder / f"{language}.pbm.gz").write_bytes(packed)
        browser.close()


if __name__ == "__main__":
    main()
