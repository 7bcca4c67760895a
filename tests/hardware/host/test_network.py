"""The host's network: what is found in the kernel's tables, and what may be said of it."""

import os
import socket
import time
from pathlib import Path

import pytest

from hardware.host.network import HostNetwork, look
from hardware.register import documents
from hardware.vetting.check import vet_host
from tests.hardware.institution import TODAY

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
TAIL = " 00000000:00000000 00:00000000 00000000 0 0 1\n"
ROUTES = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"


class Host:
    """Fake procfs and sysfs of a computer; as it stands, one without a network."""

    def __init__(self, root: Path) -> None:
        self.proc, self.sys = root / "proc", root / "sys"
        self.net = self.proc / "self/net"
        self.net.mkdir(parents=True)
        for name in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
            (self.net / name).write_text(HEAD)
        (self.net / "packet").write_text("sk RefCnt Type Proto  Iface R Rmem   User   Inode\n")
        (self.net / "route").write_text(ROUTES)
        (self.net / "ipv6_route").write_text("")
        self.interface("lo", kind=772, flags=0x9)
        for who in ("self", "1"):
            (self.proc / who / "ns").mkdir(parents=True)
            (self.proc / who / "ns/net").symlink_to("net:[4026531833]")

    def interface(self, name: str, kind: int = 1, flags: int = 0x1003) -> None:
        folder = self.sys / "class/net" / name
        folder.mkdir(parents=True)
        (folder / "flags").write_text(f"{flags:#x}\n")
        (folder / "type").write_text(f"{kind}\n")
        (folder / "address").write_text("02:fc:00:00:00:01\n")

    def row(self, table: str, row: str) -> None:
        with (self.net / table).open("a") as file:
            file.write(row)

    def socket(self, table: str, local: str, remote: str, state: str) -> None:
        self.row(table, f"   0: {local} {remote} {state}{TAIL}")

    def radio(self, group: str, name: str) -> Path:
        folder = self.sys / "devices" / name
        folder.mkdir(parents=True)
        (self.sys / "class" / group).mkdir(parents=True, exist_ok=True)
        (self.sys / "class" / group / name).symlink_to(folder)
        return folder

    def look(self, now_s: float = 100.0) -> HostNetwork:
        return look(now_s, proc_root=self.proc, sys_root=self.sys)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_a_computer_without_a_network_has_none(host: Host) -> None:
    network = host.look()
    assert network.findings == ()
    assert network.statement(112.0) == "no network, checked 12 s ago"


def test_no_network_holds_for_less_than_a_minute(host: Host) -> None:
    network = host.look()
    assert network.statement(159.9).startswith("no network")
    assert network.statement(160.0) == "network not checked for 60 s"
    assert not network.fresh(99.0)  # a look from the future is none


def test_in_a_namespace_of_its_own_it_speaks_for_the_station_only(host: Host) -> None:
    (host.proc / "1/ns/net").unlink()
    assert host.look().whole is None
    assert host.look().statement(100.0).startswith("no network for this station")
    (host.proc / "1/ns/net").symlink_to("net:[4026532000]")
    assert host.look().whole is False
    assert host.look().statement(100.0).startswith("no network for this station")


def test_an_interface_that_is_up_is_found_and_one_that_is_down_is_listed(host: Host) -> None:
    host.interface("eth0")
    host.interface("ifb0", flags=0x82)
    network = host.look()
    assert network.findings == ("interface eth0 is up",)
    assert [str(i) for i in network.interfaces] == [
        "interface eth0 is up",
        "interface ifb0 is there, and down",
    ]
    assert network.statement(100.0) == "network found: interface eth0 is up"


def test_an_interface_that_only_calls_itself_lo_is_found(host: Host) -> None:
    host.interface("lo1")
    assert host.look().findings == ("interface lo1 is up",)


def test_routes_are_found(host: Host) -> None:
    host.row("route", "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n")
    host.row("route", "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n")
    zero = "0" * 32
    host.row("ipv6_route", f"fd00{'0' * 28} 40 {zero} 00 {zero} 100 1 0 1 eth0\n")
    host.row("ipv6_route", f"{'0' * 31}1 80 {zero} 00 {zero} 0 1 0 80200001 lo\n")
    assert host.look().routes == (
        "0.0.0.0/0 through eth0",
        "192.0.2.0/24 through eth0",
        "fd00::/64 through eth0",
    )


@pytest.mark.parametrize(
    ("table", "local", "remote", "state", "says"),
    [
        ("tcp", "00000000:07E8", "00000000:0000", "0A", "tcp socket waits at 0.0.0.0:2024"),
        (
            "tcp",
            "0A0200C0:D431",
            "08080808:01BB",
            "02",
            "tcp connection from 192.0.2.10:54321 to 8.8.8.8:443",
        ),
        ("udp", "00000000:0044", "00000000:0000", "07", "udp socket waits at 0.0.0.0:68"),
        ("tcp6", "0" * 32 + ":0050", "0" * 32 + ":0000", "0A", "tcp6 socket waits at [::]:80"),
        ("raw", "00000000:0001", "00000000:0000", "07", "raw socket waits at 0.0.0.0:1"),
    ],
)
def test_sockets_beyond_the_loopback_are_found(
    host: Host, table: str, local: str, remote: str, state: str, says: str
) -> None:
    host.socket(table, local, remote, state)
    assert host.look().findings == (says,)


@pytest.mark.parametrize(
    ("table", "local", "state"),
    [
        ("tcp", "0100007F:21B6", "0A"),
        ("udp", "3500007F:0035", "07"),
        ("tcp6", "0" * 24 + "01000000:0050", "0A"),
        ("tcp6", "0000000000000000FFFF00000100007F:0050", "0A"),  # mapped 127.0.0.1
        ("tcp", "0A0200C0:D431", "06"),  # TIME_WAIT: nobody holds it
    ],
)
def test_sockets_of_the_loopback_are_not(host: Host, table: str, local: str, state: str) -> None:
    remote = "0" * (32 if table.endswith("6") else 8) + ":0000"
    host.socket(table, local, remote, state)
    assert host.look().findings == ()


def test_a_socket_that_reads_an_interface_is_found(host: Host) -> None:
    host.row("packet", "ffff 3 3 0003 eth0 1 0 0 12345\n")
    assert host.look().findings == ("packet socket waits at interface eth0",)


def test_radios_are_found_unless_they_are_switched_off(host: Host) -> None:
    wifi = host.radio("ieee80211", "phy0")
    host.radio("bluetooth", "hci0")
    assert host.look().radios == (
        "Wi-Fi radio phy0 is not switched off",
        "Bluetooth radio hci0 is not switched off",
    )
    switch = host.sys / "class/rfkill/rfkill0"
    switch.mkdir(parents=True)
    (switch / "device").symlink_to(wifi)
    (switch / "soft").write_text("1\n")
    (switch / "hard").write_text("0\n")
    assert host.look().radios == ("Bluetooth radio hci0 is not switched off",)


def test_what_cannot_be_read_counts_as_found(host: Host) -> None:
    (host.net / "tcp").unlink()
    host.row("route", "nonsense\n")
    host.row("udp", "0: x y z 1 2 3 4\n")
    (host.sys / "class/net/lo/flags").write_text("?")
    findings = " ".join(host.look().findings)
    for what in ("tcp cannot", "a row of", "route cannot", "udp cannot", "interface lo cannot"):
        assert what in findings


def test_a_kernel_without_ipv6_is_no_finding(host: Host) -> None:
    for name in ("tcp6", "udp6", "raw6", "ipv6_route", "packet"):
        (host.net / name).unlink()
    assert host.look().findings == ()


def test_the_policy_decides_whether_a_networked_computer_may_run(host: Host) -> None:
    known = documents.load(today=TODAY)
    assert vet_host(host.look(), 101.0, register=known).passes
    stale = vet_host(host.look(), 161.0, register=known)
    assert [r.text for r in stale.refusals] == ["Network not checked for 61 s."]
    host.interface("eth0")
    decision = vet_host(host.look(), 101.0, register=known)
    assert str(decision) == "host: refused. [6.3 The station has no network] Interface eth0 is up."


def test_a_real_socket_of_this_process_is_seen() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wild:
        wild.bind(("0.0.0.0", 0))  # noqa: S104 - to be seen is its purpose
        port = wild.getsockname()[1]
        here = f"udp socket waits at 0.0.0.0:{port}"
        assert here in map(str, look(time.monotonic()).sockets)
    assert here not in map(str, look(time.monotonic()).sockets)
    real = Path("/sys/class/net")
    names = {i.name for i in look(time.monotonic()).interfaces}
    assert names == {p.name for p in real.iterdir() if (p / "flags").exists()} - {"lo"}
    assert os.access("/proc/self/net/route", os.R_OK)
