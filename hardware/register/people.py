"""People: when two written names are one person's, so that nobody counts twice.

A name is compared without case, spacing, invisible characters and compatibility forms (NFKC), and
with the Cyrillic and Greek letters that look like Latin ones taken for them: "Eve", " EVE ",
"E\u200bve" and "\u0415ve" are one signer. It can only make two signers one, never one two.
"""

import unicodedata

# Lower-case letters that a reader cannot tell from a Latin one (Unicode's confusables, in part).
LOOK_ALIKES = str.maketrans(
    {
        **dict(zip("авекмнорстухіјѕԁѵһ", "abekmhopctyxijsdvh", strict=True)),
        **dict(zip("αβεικνορτυχ", "abeiknoptux", strict=True)),
        **dict(zip("ıɑɡ", "iag", strict=True)),
    }
)


def person(name: str) -> str:
    r"""Return what is compared of a person's name.

    >>> person("Eve") == person(" EVE ") == person("E\u200bve") == person("\u0415ve")
    True
    >>> person("Anna  Berg") == person("anna berg"), person("Anna") == person("Anne")
    (True, False)
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    seen = "".join(c for c in plain if unicodedata.category(c) not in {"Cf", "Cc"} or c.isspace())
    return " ".join(seen.translate(LOOK_ALIKES).split())
