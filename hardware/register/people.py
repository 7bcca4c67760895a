"""People: when two written names are one person's, so that nobody counts twice.

Of a name only its letters and digits are compared, without case, accents, spacing, compatibility
forms (NFKC) and whatever shows nothing, and with the Cyrillic and Greek letters and the digits that
look like Latin letters taken for them: "Eve", " EVE ", "E\u200bve", "\u0415ve" are one signer. It
can only make two signers one, never one two.
"""

import unicodedata

# Lower-case letters that a reader cannot tell from a Latin one (Unicode's confusables, in part).
LOOK_ALIKES = str.maketrans(
    {
        **dict(zip("авекмнорстухіјѕԁѵһ", "abekmhopctyxijsdvh", strict=True)),
        **dict(zip("αβεικνορτυχ", "abeiknoptux", strict=True)),
        **dict(zip("ıɑɡ01", "iagol", strict=True)),
    }
)
# Letters by their category that show nothing: fillers of the Korean alphabet.
FILLERS = "\u115f\u1160\u3164\uffa0"


def person(name: str) -> str:
    r"""Return what is compared of a person's name.

    >>> person("Eve") == person(" EVE ") == person("E\u200bve") == person("\u0415ve")
    True
    >>> person("Anna  Berg") == person("anna berg"), person("Anna") == person("Anne")
    (True, False)
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    seen = (c if c.isalnum() else " " * c.isspace() for c in plain if c not in FILLERS)
    return " ".join("".join(seen).translate(LOOK_ALIKES).split())
