"""The outer cover of the alert screen: a frame with a process of its own (`static/cover.js`).

A sandboxed frame has no origin, so it can load nothing and ask nothing; its script and its style
are in the page, allowed by their hashes.
"""

import base64
import hashlib
import re

_PART = "<{0}>(.*?)</{0}>"


def cover_headers(page: str) -> dict[str, str]:
    """Return the headers of the cover: what is in it may run, and only our own page may frame it.

    Parameters
    ----------
    page
        The rendered page.
    """
    policy = (
        f"default-src 'none'; script-src {_hash(page, 'script')}; "
        f"style-src {_hash(page, 'style')}; frame-ancestors 'self'; base-uri 'none'; "
        "form-action 'none'; sandbox allow-scripts"
    )
    return {"content-security-policy": policy, "x-frame-options": "SAMEORIGIN"}


def _hash(page: str, tag: str) -> str:
    (part,) = re.findall(_PART.format(tag), page, re.DOTALL)
    digest = hashlib.sha256(part.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
