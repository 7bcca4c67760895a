"""A sentence of a rule: English text that knows its code and what was filled in.

The English sentence is what is logged and printed. A page that speaks another language says the
same by the code (`service/web/register/words`); what has no code stands as it was written.
"""

from typing import Self


class Sentence(str):
    """A sentence that can be said in another language.

    Attributes
    ----------
    code
        Names the sentence in the catalogues.
    values
        What was filled in, by the name of its gap. A value may be a sentence itself.
    """

    __slots__ = ("code", "values")
    code: str
    values: dict[str, object]

    def __new__(cls, code: str, text: str, **values: object) -> Self:
        """Fill the gaps of an English sentence."""
        made = super().__new__(cls, text.format(**values).rstrip())
        made.code, made.values = code, values
        return made

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Be copied as the plain sentence."""
        return str, (str(self),)


class Place(str):
    """Where a statement stands in a dossier: `components: lens: maker` for an English reader.

    Attributes
    ----------
    path
        The same with dots, as programs name it.
    """

    __slots__ = ("path",)
    path: str

    def __new__(cls, path: str) -> Self:
        """Name a place for a reader."""
        made = super().__new__(cls, path.replace("_", " ").replace(".", ": "))
        made.path = path
        return made

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Be copied as the plain words."""
        return str, (str(self),)
