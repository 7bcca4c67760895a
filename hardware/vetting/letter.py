"""The letter that asks a maker or a seller for what is needed; templates in `letters/`."""

import tomllib
from importlib.resources import files

from hardware.register.dossier import Dossier
from hardware.register.statement import Whom
from hardware.vetting.todo import Need

LANGUAGES = ("en", "fr", "de", "nl")
ANSWERING = (Whom.MAKER, Whom.SELLER)  # to whom letters are written


def letter(dossier: Dossier, needs: tuple[Need, ...], whom: Whom, language: str) -> str:
    """Return a letter, ready to be put on paper; without questions when nothing is needed of them.

    Parameters
    ----------
    needs
        What is needed (`hardware.vetting.todo.needs`); only what `whom` can supply is asked for.
    whom
        Maker or seller.
    language
        One of `LANGUAGES`.
    """
    text = tomllib.loads(
        (files(__package__) / "letters" / f"{language}.toml").read_text(encoding="utf-8")
    )
    asked: dict[str, list[str]] = {}
    for path in (path for need in needs if need.whom is whom for path in need.paths):
        section, _, rest = path.partition(".")
        part, _, last = rest.partition(".")
        if section == "components":
            asked.setdefault(f"components.{last}", []).append(text["parts"][part])
        else:
            asked.setdefault(path, [])
    questions = [
        text["questions"][key].format(parts=", ".join(parts)) for key, parts in asked.items()
    ]
    return "\n\n".join(
        (
            text["subject"].format(name=dossier.name),
            text["greeting"],
            text[whom.value].format(name=dossier.name),
            text["ask"],
            "\n".join(f"{n}. {question}" for n, question in enumerate(questions, 1)),
            text["unknown"],
            text["use"],
            text["closing"],
        )
    )
