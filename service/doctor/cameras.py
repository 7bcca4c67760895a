"""The doctor's look at cameras: what is plugged in, who it says it is, and whether it may be used.

Nothing is set in a camera; it is asked who it is, and only when nobody else has it open.
"""

import grp
import os
import pwd
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from device import discovery
from device.drivers import DRIVERS, SIMULATED, Driver
from device.errors import SensorError
from device.info import Answer
from hardware.errors import HardwareError
from hardware.host import usb
from hardware.host.usb import SYS, UsbIdentity
from hardware.vetting.check import vet
from hardware.vetting.decision import Outcome
from service.doctor.finding import Finding, Level

UDEV_RULES = (Path("/etc/udev/rules.d"), Path("/run/udev/rules.d"), Path("/usr/lib/udev/rules.d"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a camera is; `usb` is None for an emulated one."""

    serial_port: str | None
    video_node: str | None
    usb: UsbIdentity | None

    @property
    def nodes(self) -> tuple[str, ...]:
        """The device nodes that it has."""
        return tuple(node for node in (self.serial_port, self.video_node) if node)


def look(
    sensor: str | None = None,
    port: str | None = None,
    *,
    kinds: tuple[Driver, ...] = DRIVERS,
    sys_root: Path = SYS,
    dev_root: Path = Path("/dev"),
    rules: tuple[Path, ...] = UDEV_RULES,
) -> Iterator[Finding]:
    """Yield what is found of cameras.

    Parameters
    ----------
    sensor
        Name of a kind that must be there, `simulated` when none has to; None for any.
    port
        Path of the node of one camera (`/dev/ttyACM0`, an emulator's link); None looks at USB.
    kinds, sys_root, dev_root, rules
        Where to look.
    """
    if sensor == SIMULATED:
        yield Finding("camera", Level.OK, "The simulated sensor needs no camera.")
        return
    wanted = tuple(k for k in kinds if sensor == k.name or (sensor is None and k.owns_ids))
    found = [
        (kind, place)
        for kind in wanted
        for place in _places(kind, port, sensor, sys_root, dev_root)
    ]
    if not found:
        names = " and no ".join(kind.words for kind in wanted)
        yield Finding(
            "camera",
            Level.WARN if sensor is None else Level.FAIL,
            f"No {names} is plugged in.",
            "Plug it in, and look at its cable; the simulated sensor works without.",
        )
    for kind, place in found:
        yield from _camera(kind, place, rules)


def _places(
    kind: Driver, port: str | None, sensor: str | None, sys_root: Path, dev_root: Path
) -> Iterator[Place]:
    if port is None:
        for one in discovery.find(kind.usb_ids, sys_root=sys_root, dev_root=dev_root):
            yield Place(one.serial_port, one.video_node, one.usb)
        return
    try:
        identity = usb.behind(Path(port), sys_root)
    except HardwareError:
        return
    if identity is not None and identity.ids == kind.usb_ids:
        one = discovery.at(identity, sys_root=sys_root, dev_root=dev_root)
        yield Place(one.serial_port, one.video_node, one.usb)
    elif identity is None and sensor == kind.name:  # only who names a kind may mean an emulator
        yield Place(port, None, None) if kind.has_serial else Place(None, port, None)


def _camera(kind: Driver, place: Place, rules: tuple[Path, ...]) -> Iterator[Finding]:
    where = str(place.usb) if place.usb else f"{place.nodes[0]}, which is no USB device"
    yield Finding("camera", Level.OK, f"A {kind.words} is plugged in: {where}.")
    missing = False
    if place.usb:
        for finding in (*_nodes(kind, place), *_access(place)):
            missing |= finding.level is Level.FAIL
            yield finding
        yield _rule(kind, place.usb, rules)
    if missing:
        return
    try:
        said = kind.ask(place.serial_port, place.video_node)
    except SensorError as error:
        yield Finding("identity", Level.FAIL, f"It does not say who it is: {error}")
        return
    says = said.says
    yield Finding(
        "identity",
        Level.OK,
        f"It says that it is a {said.model}, serial number {says.serial}, firmware "
        f"{says.firmware or 'unknown'}{', simulated' if says.simulated else ''}.",
    )
    yield _radiometric(said)
    yield _vetted(said, place)


def _nodes(kind: Driver, place: Place) -> Iterator[Finding]:
    if kind.has_serial and place.serial_port is None:
        yield Finding(
            "serial port", Level.FAIL, "It has no serial port.", "Load the module: modprobe cdc_acm"
        )
    if kind.has_video and place.video_node is None:
        yield Finding(
            "video node", Level.FAIL, "It has no video node.", "Load the module: modprobe uvcvideo"
        )


def _access(place: Place) -> Iterator[Finding]:
    user = pwd.getpwuid(os.geteuid()).pw_name
    for node in place.nodes:
        if os.access(node, os.R_OK | os.W_OK):
            yield Finding("access", Level.OK, f"{user} may use {node}.")
        elif not Path(node).exists():
            yield Finding(
                "access", Level.FAIL, f"{node} is not there.", "Plug the camera in again."
            )
        else:
            group = grp.getgrgid(Path(node).stat().st_gid).gr_name
            yield Finding(
                "access",
                Level.FAIL,
                f"{user} may not use {node}; it belongs to the group {group}.",
                f"sudo usermod -aG {group} {user}, then log in again",
            )


def _rule(kind: Driver, identity: UsbIdentity, rules: tuple[Path, ...]) -> Finding:
    """Look for a udev rule that keeps other programs from talking to the camera."""
    vendor, product = identity.ids.split(":")
    for folder in rules:
        for file in sorted(folder.glob("*.rules")):
            text = file.read_text(errors="replace").lower()
            named = f'"{vendor}"' in text and f'"{product}"' in text
            if named and (not kind.has_serial or "id_mm_device_ignore" in text):
                return Finding("udev rule", Level.OK, f"{file} is about it.")
    rule = f'ATTRS{{idVendor}}=="{vendor}", ATTRS{{idProduct}}=="{product}"'
    ignore = ', ENV{ID_MM_DEVICE_IGNORE}="1"' if kind.has_serial else ', GROUP="video"'
    why = (
        "ModemManager may take it for a modem and talk to it" if kind.has_serial else "it may move"
    )
    return Finding(
        "udev rule",
        Level.WARN,
        f"No udev rule is about it: {why}.",
        f"Put this line into /etc/udev/rules.d/70-limen.rules: {rule}{ignore}",
    )


def _radiometric(said: Answer) -> Finding:
    if said.radiometric:
        return Finding("radiometry", Level.OK, "It is calibrated to measure temperatures.")
    return Finding(
        "radiometry",
        Level.FAIL,
        "It makes pictures, and is not calibrated to measure temperatures.",
        "Use one that was ordered with radiometry; it cannot be switched on.",
    )


def _vetted(said: Answer, place: Place) -> Finding:
    decision = vet(said.dossier, place.usb, said.says)
    if decision.outcome is Outcome.SIMULATED:
        return Finding("register", Level.OK, "It passes as simulated, and as nothing else.")
    level = {Outcome.APPROVED: Level.OK, Outcome.REFUSED: Level.FAIL}.get(
        decision.outcome, Level.WARN
    )
    return Finding(
        "register",
        level,
        f"The register of vetted hardware says: {decision}",
        "" if level is Level.OK else f"limen hardware show {said.dossier}",
    )
