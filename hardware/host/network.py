"""Whether the computer has a network: interfaces, routes, radios, sockets; from /proc and /sys.

No socket is opened and nothing is sent. What is read is the network namespace of the process that
reads; where that is not the one of the whole computer, the report says so. A "no network" holds
for a minute and then has to be looked at again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import TypeVar

from hardware.host.usb import SYS

T = TypeVar("T")
PROC = Path("/proc")
HOLDS_S = 60.0
_UP = 0x1  # IFF_UP
_LOOPBACK = 772  # ARPHRD_LOOPBACK
_OVER = {"06", "07"}  # states in /proc/net/tcp: TIME_WAIT, CLOSE; nobody holds these any more
_RADIOS = {
    "ieee80211": "Wi-Fi radio",
    "bluetooth": "Bluetooth radio",
    "wwan": "mobile radio",
    "nfc": "NFC radio",
}


@dataclass(frozen=True, slots=True)
class NetInterface:
    """A network interface other than the loopback.

    Attributes
    ----------
    name
        As Linux calls it.
    up
        Whether it is switched on.
    mac
        Its address; empty when it has none.
    """

    name: str
    up: bool
    mac: str

    def __str__(self) -> str:
        return f"interface {self.name} is {'up' if self.up else 'there, and down'}"


@dataclass(frozen=True, slots=True)
class Socket:
    """A socket that reaches beyond the loopback address.

    Attributes
    ----------
    protocol
        `tcp`, `udp6` ...
    local, remote
        Address and port; the remote is empty for one that waits.
    """

    protocol: str
    local: str
    remote: str

    def __str__(self) -> str:
        if self.remote:
            return f"{self.protocol} connection from {self.local} to {self.remote}"
        return f"{self.protocol} socket waits at {self.local}"


@dataclass(frozen=True, slots=True)
class HostNetwork:
    """What was found of a network, and when.

    Attributes
    ----------
    checked_s
        Time of the look on the caller's monotonic clock.
    interfaces
        Interfaces other than the loopback, also those that are down.
    routes
        Routes that lead out, as destination and interface.
    radios
        Radios that are not switched off.
    sockets
        Sockets that reach beyond the loopback.
    unreadable
        What could not be read: counts as found.
    whole
        Whether this is the network of the whole computer; None when that cannot be told.
    """

    checked_s: float
    interfaces: tuple[NetInterface, ...]
    routes: tuple[str, ...]
    radios: tuple[str, ...]
    sockets: tuple[Socket, ...]
    unreadable: tuple[str, ...]
    whole: bool | None

    @property
    def findings(self) -> tuple[str, ...]:
        """Everything that makes "no network" untrue, in words."""
        up = (str(interface) for interface in self.interfaces if interface.up)
        return (
            *up,
            *(f"route to {route}" for route in self.routes),
            *self.radios,
            *map(str, self.sockets),
            *(f"{name} cannot be read" for name in self.unreadable),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names and addresses of what was found: the same in every language, for a small place."""
        return (
            *(interface.name for interface in self.interfaces if interface.up),
            *self.routes,
            *self.radios,
            *(f"{socket.protocol} {socket.remote or socket.local}" for socket in self.sockets),
            *self.unreadable,
        )

    def fresh(self, now_s: float) -> bool:
        """Whether the look is less than a minute old."""
        return 0.0 <= now_s - self.checked_s < HOLDS_S

    def statement(self, now_s: float) -> str:
        """Return the one line that a screen may show at this moment."""
        if not self.fresh(now_s):
            return f"network not checked for {now_s - self.checked_s:.0f} s"
        if self.findings:
            more = len(self.findings) - 1
            rest = f" and {more} more" if more else ""
            return f"network found: {self.findings[0]}{rest}"
        what = "no network" if self.whole else "no network for this station"
        return f"{what}, checked {now_s - self.checked_s:.0f} s ago"


def look(now_s: float, *, proc_root: Path = PROC, sys_root: Path = SYS) -> HostNetwork:
    """Look for a network now.

    Parameters
    ----------
    now_s
        Monotonic time of the look, in seconds.
    proc_root, sys_root
        Roots of procfs and sysfs.
    """
    net = proc_root / "self/net"
    unreadable: list[str] = []
    return HostNetwork(
        checked_s=now_s,
        interfaces=tuple(_interfaces(sys_root / "class/net", unreadable)),
        routes=(*_routes4(net, unreadable), *_routes6(net, unreadable)),
        radios=tuple(_radios(sys_root / "class")),
        sockets=tuple(_sockets(net, unreadable)),
        unreadable=tuple(unreadable),
        whole=_whole(proc_root),
    )


def _interfaces(folder: Path, unreadable: list[str]) -> Iterator[NetInterface]:
    if not folder.is_dir():
        unreadable.append(str(folder))
        return
    for entry in sorted(folder.iterdir()):
        try:
            flags = int((entry / "flags").read_text(), 16)
            kind = int((entry / "type").read_text())
            mac = (entry / "address").read_text().strip()
        except FileNotFoundError:  # not an interface (bonding_masters), or gone again
            continue
        except (OSError, ValueError):
            unreadable.append(f"interface {entry.name}")
            continue
        if kind != _LOOPBACK:
            yield NetInterface(entry.name, bool(flags & _UP), "" if not mac.strip("0:") else mac)


def _routes4(net: Path, unreadable: list[str]) -> Iterator[str]:
    def route(fields: list[str]) -> str | None:
        mask = int(fields[7], 16).bit_count()
        return None if fields[0] == "lo" else f"{_ipv4(fields[1])}/{mask} through {fields[0]}"

    return _table(net / "route", route, unreadable)


def _routes6(net: Path, unreadable: list[str]) -> Iterator[str]:
    def route(fields: list[str]) -> str | None:
        where = IPv6Address(bytes.fromhex(fields[0]))
        network = f"{where}/{int(fields[1], 16)}"
        return None if fields[-1] == "lo" else f"{network} through {fields[-1]}"

    return _table(net / "ipv6_route", route, unreadable, header=False, optional=True)


def _radios(classes: Path) -> Iterator[str]:
    switched_off = set()
    for switch in sorted((classes / "rfkill").glob("rfkill*")):
        try:
            soft, hard = ((switch / name).read_text().strip() for name in ("soft", "hard"))
        except OSError:
            continue
        if "1" in {soft, hard}:
            switched_off.add((switch / "device").resolve())
    for group, words in _RADIOS.items():
        folder = classes / group
        for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
            if entry.resolve() not in switched_off:
                yield f"{words} {entry.name} is not switched off"


def _sockets(net: Path, unreadable: list[str]) -> Iterator[Socket]:
    for protocol in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):

        def socket(fields: list[str], protocol: str = protocol) -> Socket | None:
            here, there = _address(fields[1]), _address(fields[2])
            if protocol.startswith("tcp") and fields[3] in _OVER:
                return None
            if here[0].is_loopback or there[0].is_loopback:
                return None
            waits = there[0].is_unspecified
            return Socket(protocol, _text(here), "" if waits else _text(there))

        optional = protocol.endswith("6")
        yield from _table(net / protocol, socket, unreadable, optional=optional)

    def packet(fields: list[str]) -> Socket:
        return Socket("packet", f"interface {fields[4]}", "")

    yield from _table(net / "packet", packet, unreadable, optional=True)


def _table(
    path: Path,
    read: Callable[[list[str]], T | None],
    unreadable: list[str],
    *,
    header: bool = True,
    optional: bool = False,
) -> Iterator[T]:
    """Yield what `read` makes of every row of a kernel's table; a broken row is noted.

    Without IPv6 in the kernel, its tables are missing: they are `optional`.
    """
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        if not optional:
            unreadable.append(str(path))
        return
    except (OSError, UnicodeDecodeError):
        unreadable.append(str(path))
        return
    for line in lines[1:] if header else lines:
        try:
            found = read(line.split())
        except (ValueError, IndexError):
            unreadable.append(f"a row of {path}")
        else:
            if found is not None:
                yield found


def _address(text: str) -> tuple[IPv4Address | IPv6Address, int]:
    """Read `0100007F:1F90`: bytes in the order of the machine, four at a time."""
    digits, _, port = text.partition(":")
    raw = bytes.fromhex(digits)
    swapped = b"".join(raw[i : i + 4][::-1] for i in range(0, len(raw), 4))
    address = IPv4Address(swapped) if len(swapped) == 4 else IPv6Address(swapped)
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped, int(port, 16)
    return address, int(port, 16)


def _ipv4(digits: str) -> IPv4Address:
    return IPv4Address(bytes.fromhex(digits)[::-1])


def _text(end: tuple[IPv4Address | IPv6Address, int]) -> str:
    address, port = end
    return f"[{address}]:{port}" if isinstance(address, IPv6Address) else f"{address}:{port}"


def _whole(proc_root: Path) -> bool | None:
    """Whether this process has the network of the first process of the computer."""
    try:
        ours, first = ((proc_root / who / "ns/net").readlink() for who in ("self", "1"))
    except OSError:
        return None
    return ours == first
