"""A link that leads nowhere is found, and so is a page that would load something from elsewhere."""

import subprocess
from pathlib import Path

import pytest

from scripts.dead_links import dead_links, slug
from scripts.outside_resources import outside_resources

PAGE = "# A page\n\n## Its second *part*: `code`\n\n## Its second *part*: `code`\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/page.md").write_text(PAGE)
    return tmp_path


@pytest.mark.parametrize(
    "link",
    [
        "pages/page.md",
        "pages/page.md#a-page",
        "pages/page.md#its-second-part-code",
        "pages/page.md#its-second-part-code-1",
        "pages/",
        "#here",
        "https://example.org/nothing",
    ],
)
def test_a_link_that_leads_somewhere_is_none_of_them(project: Path, link: str) -> None:
    (project / "README.md").write_text(f"# Here\n\n[see]({link})\n")
    assert dead_links(project) == []


@pytest.mark.parametrize(
    "link",
    ["pages/none.md", "pages/page.md#none", "pages/page.md#its-second-part-code-2", "#there"],
)
def test_a_link_to_no_file_or_no_heading_is_dead(project: Path, link: str) -> None:
    (project / "README.md").write_text(f"# Here\n\n[see]({link})\n")
    assert dead_links(project) == [f"README.md: {link}"]


def test_what_stands_in_a_block_of_code_is_neither_link_nor_heading(project: Path) -> None:
    (project / "README.md").write_text("```\n# Here\n[see](none.md)\n```\n[up](#here)\n")
    assert dead_links(project) == ["README.md: #here"]


def test_code_that_names_a_page_which_is_gone_is_found(project: Path) -> None:
    here, gone = (f"docs/{name}.md" for name in ("here", "gone"))
    (project / "docs").mkdir()
    (project / here).write_text("# Here\n")
    (project / "code.py").write_text(f'"""See {here} and {gone}."""\n')
    assert dead_links(project) == [f"code.py: {gone}"]


def test_a_heading_becomes_the_anchor_that_readers_know() -> None:
    assert slug("What's *in* [a link](x.md), 2 parts?") == "whats-in-a-link-2-parts"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", '<script async src="https://cdn.example/x.js"></script>'),
        ("a.html", "<link rel=stylesheet href=//fonts.example/css>"),
        ("a.html", '<img alt="" src="http://example.org/x.png">'),
        ("a.css", "@font-face { src: url('https://fonts.example/x.woff2') }"),
        ("a.css", '@import "https://fonts.example/x.css";'),
        ("a.js", 'fetch("https://example.org/count")'),
    ],
)
def test_what_a_page_would_load_from_elsewhere_is_found(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / "index.html").write_text('<a href="https://example.org">follow me</a>')
    assert outside_resources(tmp_path) == []
    (tmp_path / name).write_text(text)
    (found,) = outside_resources(tmp_path)
    assert found.startswith(f"{name}: ")


def test_a_folder_without_pages_was_not_looked_at(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="build the documentation first"):
        outside_resources(tmp_path)
