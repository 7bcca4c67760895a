"""Pages about the code are made from it, and one that has gone out of date is found."""

import re
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from scripts import decision_index, generated, settings_page
from scripts.numpydoc import attributes
from service.ipc.settings import StationSettings
from service.supervisor.config import StationConfig

RECORD = "# 0099: The decision\n\n- Date: 2026-11-27\n- Status: accepted\n\n**Context.** Why.\n"


@pytest.fixture(scope="module")
def rendered() -> dict[str, str]:
    return {page: render() for page, render in generated.PAGES.items()}


@pytest.fixture
def docs(tmp_path: Path, rendered: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the pages as they would be written now."""
    for page, text in rendered.items():
        path = tmp_path / page
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        monkeypatch.setitem(generated.PAGES, page, partial(str, text))
    return tmp_path


def test_the_pages_are_those_that_would_be_written() -> None:
    assert not generated.stale(), "run scripts/pages"


@pytest.mark.parametrize("page", generated.PAGES)
def test_a_page_that_was_changed_or_lost_is_stale(docs: Path, page: str) -> None:
    assert generated.stale(docs) == []
    path = docs / page
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert generated.stale(docs) == [page]
    path.unlink()
    assert generated.stale(docs) == [page]


def test_every_setting_is_on_the_page_with_unit_range_default_and_meaning() -> None:
    page = settings_page.render()
    rows = re.findall(r"^\| `(\w+)` \| (.*) \| (.+) \| (.+) \| (.+) \|$", page, re.MULTILINE)
    names = [name for name, *_ in rows]
    models: list[type[BaseModel]] = [StationConfig]
    models += [model for _, model, _ in settings_page.SECTIONS]
    for model in models:
        assert set(model.model_fields) <= set(names)
    assert "| `threshold_c` | deg C | [34.0, 39.0] | `37.5` |" in page
    assert "| `warm_up_s` | s | [0.0, 7200.0] | `0.0` |" in page


def test_no_section_of_the_settings_is_left_out() -> None:
    assert {name for name, *_ in settings_page.SECTIONS} == set(StationSettings.model_fields)


def test_a_setting_without_a_meaning_is_an_error() -> None:
    class Bare(BaseModel):
        """Explains nothing."""

        depth_m: Annotated[float, Field(ge=0.0, le=1.0)] = 0.5

    with pytest.raises(KeyError, match=r"Bare\.depth_m has no entry"):
        list(settings_page.table(Bare, attributes(Bare)))


def test_a_meaning_is_read_from_the_docstring_however_many_share_it() -> None:
    class Documented:
        """Summary.

        Attributes
        ----------
        one_c, two_c
            What both
            mean.
        three
            Something else.

        Notes
        -----
        four
            Is none.
        """

    both = "What both mean."
    assert attributes(Documented) == {"one_c": both, "two_c": both, "three": "Something else."}


def test_a_decision_is_indexed_by_its_title_date_and_status(tmp_path: Path) -> None:
    (tmp_path / "0099-the-decision.md").write_text(RECORD)
    (record,) = decision_index.records(tmp_path)
    assert record.title == "The decision"
    assert record.on == date(2026, 11, 27)
    assert "| [0099](0099-the-decision.md) | The decision |" in decision_index.render(tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("0099-x.md", RECORD.replace("- Date: 2026-11-27\n", "")),
        ("0099-x.md", RECORD.replace("- Status: accepted\n", "")),
        ("0099-x.md", RECORD.replace("accepted", "perhaps")),
        ("0099-x.md", RECORD.replace("The decision", "A decision.")),
        ("0098-x.md", RECORD),
    ],
)
def test_a_decision_without_title_date_or_status_is_refused(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match="a record begins with"):
        decision_index.records(tmp_path)


def test_a_date_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "0099-x.md").write_text(RECORD.replace("2026-11-27", "2026-13-27"))
    with pytest.raises(ValueError, match="month"):
        decision_index.records(tmp_path)


def test_two_decisions_do_not_share_a_number() -> None:
    numbers = [record.number for record in decision_index.records()]
    assert len(numbers) == len(set(numbers)) > 30
