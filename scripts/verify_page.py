"""docs/verify/limen-check.html: one page from its sources; its policy forbids any request."""

import json
import tomllib
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from service.web.i18n import catalogues

FOLDER = Path(__file__).parent.parent / "docs/verify"
SCRIPTS = ("vendor/nacl-fast.min.js", "vendor/jsQR.js", "source/check.js")


def render(folder: Path = FOLDER) -> str:
    """Return the page; its scripts and its style are named by their hashes in its policy.

    Raises
    ------
    ValueError
        When a file of others is not the one whose hash was written down.
    """
    sums = (folder / "vendor/SHA256SUMS.txt").read_text(encoding="utf-8")
    for line in sums.splitlines():
        digest, name = line.split()
        if sha256((folder / "vendor" / name).read_bytes()).hexdigest() != digest:
            raise ValueError(f"docs/verify/vendor/{name} is not the file of SHA256SUMS.txt")
    scripts = [(folder / name).read_text(encoding="utf-8") for name in SCRIPTS]
    style = (folder / "source/look.css").read_text(encoding="utf-8")
    said = json.dumps(words(folder), ensure_ascii=False, indent=0).replace("<", "\\u003c")
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"style-src {_hash(style)}",
            "connect-src 'none'",
            "form-action 'none'",
            "base-uri 'none'",
        ]
    )
    page = (folder / "source/page.html").read_text(encoding="utf-8")
    page = page.replace("@POLICY@", policy).replace("@STYLE@", style).replace("@WORDS@", said)
    return page.replace("@SCRIPTS@", "\n".join(f"<script>{script}</script>" for script in scripts))


def words(folder: Path) -> dict[str, dict[str, str]]:
    """Return the page's words; what a code proves, it says as the station's own page does."""
    return {
        language: {
            **said["check"],
            **tomllib.loads((folder / f"source/{language}.toml").read_text(encoding="utf-8")),
        }
        for language, said in catalogues().items()
    }


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
