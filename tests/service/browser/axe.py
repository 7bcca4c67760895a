"""The checker of accessibility that the pages are held against."""

from pathlib import Path
from typing import Final

AXE: Final = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
