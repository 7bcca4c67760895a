"""The kiosk's keyboard types in every language, and has nothing that a browser listens to."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from service.deploy.install import KEYBOARD, install
from service.kiosk.keyboard import KEYS, RULES

# What a browser listens to, or turns into it.
DANGEROUS = re.compile(
    r"Control_|Alt_|Meta_|Super_|Hyper_|Multi_key|F\d\b|F1[0-2]|Escape|XF86|Menu|Print|Sys_Req|Help|Find|"
    r"Prior|Next|Insert|Undo|Redo|Num_Lock|NoSymbol|Pause|Break"
)


@pytest.mark.parametrize("layout", ["us", "gb", "fr", "de", "nl", "be", "ch"])
def test_no_key_of_a_layout_is_dangerous(tmp_path: Path, layout: str) -> None:
    if shutil.which("xkbcli") is None:
        reason = "xkbcli is not here (package libxkbcommon-tools)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    install(tmp_path, Path("/usr/bin/limen"))
    compiled = subprocess.run(
        ["xkbcli", "compile-keymap", "--rules", RULES, "--layout", layout],
        env={**os.environ, "XKB_CONFIG_EXTRA_PATH": str(tmp_path / KEYBOARD)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    symbols = compiled[compiled.index("xkb_symbols") :]
    keys = dict(re.findall(r"key <(\w+)>\s*\{(.*?)\};", symbols, re.DOTALL))
    found = {name: said for name, said in keys.items() if DANGEROUS.search(said)}
    assert found == {}
    assert "modifier_map Control" not in symbols
    assert "modifier_map Mod1" not in symbols
    assert "modifier_map Mod4" not in symbols
    letters = {name for name, said in keys.items() if re.search(r"\b[a-z]\b", said)}
    assert len(letters) >= 26
    # Every code of a keyboard is a key, so that nothing is looked up elsewhere.
    codes = {int(code) for code in re.findall(r"<\w+>\s*=\s*(\d+);", compiled)}
    assert codes >= set(range(9, 708))


def test_no_two_keys_share_a_code() -> None:
    assert len(set(KEYS.values())) == len(KEYS)
