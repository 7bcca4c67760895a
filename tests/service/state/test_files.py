"""A file of the state folder is a file there, and nothing that it points to."""

import os
from pathlib import Path

import pytest

from service.state.files import cause, opened


def test_a_link_is_not_followed_and_what_to_do_is_said(tmp_path: Path) -> None:
    """Root writes into a folder of the station's user: a link would lend that user its hand."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("as it was")
    (tmp_path / "attested.json").symlink_to(elsewhere)
    with pytest.raises(OSError, match="symbolic links") as refused:
        opened(tmp_path / "attested.json", os.O_WRONLY)
    assert "A link stands where a file belongs" in cause(refused.value)
    assert elsewhere.read_text() == "as it was"
