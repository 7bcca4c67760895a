"""The system files are what systemd accepts, and its own judgement of them is low exposure."""

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from service.deploy.install import KEYBOARD, PLACES, POLICIES, STATE, install
from service.kiosk.browser import ADDRESS
from service.kiosk.keyboard import RULES
from service.kiosk.main import Browser, browser_command
from service.state import attested

# systemd's exposure: 0 is none, 10 is all. Frames are seen, and screens served, in limen.service.
ALLOWED = {"limen.service": 0.5, "limen-kiosk.service": 4.0}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    install(tmp_path, Path("/usr/bin/true"))
    return tmp_path


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        reason = "systemd-analyze is not here (package systemd): the units cannot be judged"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return subprocess.run(
        ["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("unit", ALLOWED)
def test_the_exposure_of_a_unit_is_low(root: Path, unit: str) -> None:
    judged = analyze(
        "security", "--offline=true", "--no-pager", root / "usr/lib/systemd/system" / unit
    )
    score = re.search(r"Overall exposure level for \S+: ([0-9.]+)", judged.stdout)
    assert score is not None, judged.stderr
    assert float(score[1]) < ALLOWED[unit]


def test_the_judge_can_be_displeased(tmp_path: Path) -> None:
    bare = tmp_path / "bare.service"
    bare.write_text("[Service]\nExecStart=/usr/bin/true\n")
    judged = analyze("security", "--offline=true", "--no-pager", bare)
    score = re.search(r"Overall exposure level for \S+: ([0-9.]+)", judged.stdout)
    assert score is not None
    assert float(score[1]) > 9.0


def test_systemd_understands_every_line(root: Path) -> None:
    units = sorted((root / "usr/lib/systemd/system").iterdir())
    said = analyze("verify", "--recursive-errors=no", *units).stderr
    complaints = [line for line in said.splitlines() if "is not executable" not in line]
    assert complaints == []


def test_the_station_unit_leaves_the_station_no_way_to_make_a_network_socket(root: Path) -> None:
    unit = (root / PLACES["limen.service"]).read_text()
    for line in (
        "PrivateNetwork=yes",
        "RestrictAddressFamilies=AF_UNIX",
        "IPAddressDeny=any",
        "LimitCORE=0",
        "MemorySwapMax=0",
        "StartLimitIntervalSec=0",
        "InaccessiblePaths=-/dev/mqueue -/dev/shm -/tmp -/var/tmp",
    ):
        assert line in unit.splitlines()


def test_root_attests_on_an_empty_file_and_takes_nothing_else_from_the_station(root: Path) -> None:
    path = (root / PLACES["limen-attest.path"]).read_text().splitlines()
    unit = (root / PLACES["limen-attest.service"]).read_text().splitlines()
    assert f"PathExists=/{STATE / attested.WANTED}" in path
    assert f"ExecStartPre=/usr/bin/rm -f /{STATE / attested.WANTED}" in unit
    assert (
        "ExecStart=/usr/bin/true attest --config /etc/limen/limen.toml --state /var/lib/limen"
        in unit
    )
    assert "Wants=limen-attest.path" in (root / PLACES["limen.service"]).read_text().splitlines()


def test_the_kiosk_shares_the_loopback_of_the_station_and_keeps_nothing(root: Path) -> None:
    unit = (root / PLACES["limen-kiosk.service"]).read_text()
    assert "JoinsNamespaceOf=limen.service limen.socket" in unit
    assert "kiosk --profile /run/limen-kiosk/profile " in unit
    command = browser_command(ADDRESS, Path("/run/limen-kiosk/profile"))
    assert "--incognito" in command
    assert "--user-data-dir=/run/limen-kiosk/profile" in command
    assert "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1" in command
    assert command[-1] == "http://127.0.0.1:8630/"


def test_what_the_kernel_or_a_page_says_goes_into_no_journal(
    root: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    lines = (root / PLACES["limen-journald.conf"]).read_text().splitlines()
    assert "ReadKMsg=no" in lines
    assert "Audit=no" in lines
    assert "kernel.dmesg_restrict = 1" in (root / PLACES["limen-sysctl.conf"]).read_text()
    said = tmp_path / "said"
    browser = Browser(("/bin/sh", "-c", f"echo page; echo page >&2; : >{said}"))
    browser.start()
    until = time.monotonic() + 10.0
    while not said.exists() and time.monotonic() < until:
        time.sleep(0.01)
    browser.close()
    assert said.exists()
    assert capfd.readouterr() == ("", "")


def test_the_kiosk_sees_no_process_of_the_station(root: Path) -> None:
    assert "ProtectProc=invisible" in (root / PLACES["limen-kiosk.service"]).read_text()


def test_the_kiosks_keyboard_is_ours(root: Path) -> None:
    unit = (root / PLACES["limen-kiosk.service"]).read_text()
    assert f"XKB_CONFIG_EXTRA_PATH=/{KEYBOARD} XKB_DEFAULT_RULES={RULES} " in unit
    assert (root / KEYBOARD / "rules" / RULES).exists()
    assert "kernel.sysrq = 0" in (root / PLACES["limen-sysctl.conf"]).read_text().splitlines()
    assert "-s" not in unit.split("ExecStart=")[1].splitlines()[0].split()  # cage: no terminals


def test_the_browser_may_open_the_station_and_nothing_else(root: Path) -> None:
    rules = json.loads((root / POLICIES).read_text())
    assert rules["URLBlocklist"] == ["*"]
    assert rules["URLAllowlist"] == ["127.0.0.1:8630"]
    assert rules["PrintingEnabled"] is False
    assert rules["AllowFileSelectionDialogs"] is False
    assert rules["DownloadRestrictions"] == 3
    assert rules["DeveloperToolsAvailability"] == 2
    assert rules["DefaultPopupsSetting"] == 2


def test_the_rules_for_devices_have_no_mistake(root: Path) -> None:
    if shutil.which("udevadm") is None:
        pytest.skip("udevadm is not here (package udev)")
    judged = subprocess.run(
        ["udevadm", "verify", "--no-summary", root / PLACES["70-limen.rules"]],
        capture_output=True,
        text=True,
        check=False,
    )
    if "Unknown command verb" in judged.stderr:
        pytest.skip("this udevadm is too old to verify rules")
    # The users of the rules exist once the station is installed.
    complaints = [
        line
        for line in (judged.stdout + judged.stderr).splitlines()
        if "Unknown user" not in line and "Unknown group" not in line and "udev rules" not in line
    ]
    assert complaints == []
