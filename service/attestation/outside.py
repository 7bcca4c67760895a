"""Attacks from outside on a station that runs: by another user of its computer, and over its port.

Root can do everything to a process; what it could not do to a frame is in the leak tests. Here an
ordinary user tries, in a child that gives root away first.
"""

import http.client
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from service.attestation.kernel_filters import trace
from service.attestation.live import open_descriptors

_NOBODY = 65534
_WITHIN_S = 10.0
_LISTENS = "0A"  # state of a socket in /proc/net/tcp
_LOOPBACK = "0100007F"  # 127.0.0.1, as it stands there


@dataclass(frozen=True, slots=True)
class OutsideAttack:
    """An attack from outside and what became of it."""

    name: str
    denied: bool
    detail: str


def by_another_user(pid: int, proc: Path = Path("/proc")) -> tuple[OutsideAttack, ...]:
    """Try to look into a process as an ordinary user; as this one when this is not root."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:  # whatever goes wrong, this child is not one more of who asked
            os.close(reader)
            if os.geteuid() == 0:
                os.setgroups([])
                os.setresgid(_NOBODY, _NOBODY, _NOBODY)
                os.setresuid(_NOBODY, _NOBODY, _NOBODY)
            said = [[name, *_tried(act)] for name, act in _attacks(proc / str(pid), pid)]
            os.write(writer, json.dumps(said).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = json.loads(pipe.read() or b"[]")
    os.waitpid(child, 0)
    return tuple(OutsideAttack(*each) for each in told)


def _attacks(process: Path, pid: int) -> Iterator[tuple[str, Callable[[], object]]]:
    yield "read its memory", lambda: (process / "mem").open("rb").close()
    yield "list what it has mapped", (process / "maps").read_bytes
    yield "list its descriptors", lambda: list((process / "fd").iterdir())
    yield "read its memory through its arguments", lambda: _something(process / "cmdline")
    yield "read its memory through its environment", lambda: _something(process / "environ")
    yield "trace it", lambda: trace(pid)


def _something(file: Path) -> bytes:
    data = file.read_bytes()
    if not data:
        raise PermissionError(0, "0 bytes")
    return data


def _tried(act: Callable[[], object]) -> tuple[bool, str]:
    try:
        act()
    except OSError as error:
        return True, error.strerror or str(error)
    return False, "done"


def over_its_port(authority: str) -> tuple[OutsideAttack, ...]:
    """Try what another page in a browser on this computer, or a foreign name for it, could ask."""
    host, _, port = authority.partition(":")
    same = {"Host": authority, "Origin": f"http://{authority}", "Content-Type": "application/json"}
    asked = (
        ("ask by another name (DNS rebinding)", "GET", "/api/state", {"Host": f"evil:{port}"}),
        ("ask from another page", "GET", "/api/state", {"Origin": "http://evil.example"}),
        ("ask across sites", "GET", "/api/state", {"Sec-Fetch-Site": "cross-site"}),
        ("change without an origin", "POST", "/api/alarms/1/acknowledge", {"Host": authority}),
        ("read settings without a session", "GET", "/api/admin/settings", same),
        ("find a documentation of its interface", "GET", "/docs", same),
        ("leave its folder", "GET", "/static/..%2f..%2f..%2fetc/passwd", same),
    )
    return tuple(
        OutsideAttack(name, *_refused(host, int(port), method, path, headers))
        for name, method, path, headers in asked
    )


def _refused(
    host: str, port: int, method: str, path: str, headers: dict[str, str]
) -> tuple[bool, str]:
    connection = http.client.HTTPConnection(host, port, timeout=_WITHIN_S)
    try:
        connection.request(method, path, b"{}" if method == "POST" else None, headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as error:
        return True, type(error).__name__
    finally:
        connection.close()
    return answer.status >= http.HTTPStatus.BAD_REQUEST, str(answer.status)


def listens_at(pid: int, proc: Path = Path("/proc")) -> str | None:
    """Return the address at which a process listens on this machine; None when it does not."""
    try:
        held = {target for _, target in open_descriptors(proc / str(pid))}
    except OSError:
        return None
    for local, state, inode in _listed(proc / str(pid) / "net/tcp"):
        if state == _LISTENS and f"socket:[{inode}]" in held:
            return f"127.0.0.1:{int(local.partition(':')[2], 16)}"
    return None


def listens_beyond(pid: int, proc: Path = Path("/proc")) -> tuple[str, ...]:
    """Return where a process listens beyond this machine: must be nowhere."""
    held = {target for _, target in open_descriptors(proc / str(pid))}
    return tuple(
        f"{kind} {local}"
        for kind in ("tcp", "tcp6", "udp", "udp6")
        for local, state, inode in _listed(proc / str(pid) / "net" / kind)
        if f"socket:[{inode}]" in held
        and not (kind == "tcp" and state == _LISTENS and local.startswith(_LOOPBACK))
    )


def state(authority: str) -> str | None:
    """Return the state that a station shows; None when it does not answer."""
    return _got(authority, "/api/state", "state")


def check_code(authority: str) -> str:
    """Return the check code that a station shows; empty while there is none."""
    return _got(authority, "/api/check", "text") or ""


def _got(authority: str, path: str, name: str) -> str | None:
    connection = http.client.HTTPConnection(authority, timeout=_WITHIN_S)
    try:
        connection.request("GET", path)
        value = json.loads(connection.getresponse().read()).get(name)
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return None if value is None else str(value)


def _listed(table: Path) -> Iterator[tuple[str, str, str]]:
    """Yield address, state and inode of each socket of a table in /proc/PID/net."""
    if table.exists():
        for line in table.read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            yield fields[1], fields[3], fields[9]
