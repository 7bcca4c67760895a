"""The files of the pages, read once before the process is locked; nothing is opened later."""

import json
from dataclasses import asdict, dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from jinja2 import DictLoader, Environment, StrictUndefined

from service.acceptance import catalogue, necessity
from service.ipc.view import KEPT_DAYS
from service.ipc.visitor_window import AS_IT_COMES, VisitorWindow
from service.web.i18n import catalogues
from service.web.training import situations

_MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served."""

    body: bytes
    media_type: str


def _data(what: object) -> str:
    """Return JSON for a data block, inside which nothing may look like the end of it."""
    return json.dumps(what, ensure_ascii=False).replace("<", "\\u003c")


def static_files() -> dict[str, Asset]:
    """Return every file under `static` by its path there."""
    found: dict[str, Asset] = {}

    def collect(folder: Traversable, prefix: str) -> None:
        for entry in folder.iterdir():
            if entry.is_dir():
                collect(entry, f"{prefix}{entry.name}/")
            else:
                kind = _MEDIA_TYPES.get(entry.name.rpartition(".")[2])
                if kind is not None:
                    found[f"{prefix}{entry.name}"] = Asset(entry.read_bytes(), kind)

    collect(files("service.web") / "static", "")
    return found


def pages(*, language: str, name: str, window: VisitorWindow = AS_IT_COMES) -> dict[str, str]:
    """Return the rendered pages by their template's name.

    Parameters
    ----------
    language
        What a screen starts with.
    name
        What the entrance is called; may be empty.
    window
        What the site chose of the visitor's window.
    """
    folder = files("service.web") / "templates"
    sources = {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".html")
    }
    environment = Environment(
        loader=DictLoader(sources), autoescape=True, undefined=StrictUndefined
    )
    words = catalogues()
    context = {
        "language": language,
        "languages": list(words),
        "name": name,
        "kept_days": KEPT_DAYS,
        # English stands in for what a language leaves out
        "words": {
            name: {**said, **words[language].get(name, {})} for name, said in words["en"].items()
        },
        "acceptance": _data(
            {
                "words": {code: catalogue.words(code) for code in catalogue.LANGUAGES},
                "performances": [asdict(one) for one in necessity.PERFORMANCES],
                "prevalences": [asdict(one) for one in necessity.PREVALENCES],
            }
        ),
        "situations": _data([asdict(one) for one in situations()]),
        "window": _data(
            {
                "words": {code: words[code]["visitor"] for code in window.languages or (language,)},
                "mirror": window.mirror,
            }
        ),
    }
    all_words, fewer = _data(words), _data(catalogues(admin=False))
    return {
        source: environment.get_template(source).render(
            context, catalogues=all_words if source.startswith(("admin", "calibration")) else fewer
        )
        for source in sources
        if not source.startswith("_")
    }
