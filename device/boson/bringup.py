"""Make the camera radiometric, step by step, and believe only what it says afterwards.

    radiometric capability -> high gain -> TLinear -> 16-bit USB video = TLinear -> telemetry on top
    -> manual FFC -> neutral scene parameters -> tables refreshed -> high gain in effect -> one FFC

Every setting is written and read back. The scene parameters are set neutral (emissivity 1, no
window, no air) because the station corrects for the scene itself, and must not do so twice.
"""

import time
from dataclasses import dataclass
from typing import Any

from device.boson import commands as c
from device.boson.client import BosonClient
from device.boson.declare import Register
from device.boson.enums import (
    FfcMode,
    FfcStatus,
    GainMode,
    Ir16Mode,
    TableType,
    TelemetryLocation,
    TelemetryOrder,
    TelemetryPacking,
)
from device.boson.fbp import OutOfRange
from device.errors import NotRadiometric, SensorStalled

FFC_LIMIT_S = 10.0  # an FFC takes about half a second
_SWITCH_LIMIT_S = 3.0  # for a gain switch to take effect
_POLL_S = 0.02
_PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Setting:
    """A register, the value it must hold, and what to do when it does not."""

    register: Register[Any]
    value: int | float
    remedy: str


_AGAIN = "Unplug the sensor and plug it in again; if it stays, its firmware may be damaged."

SETTINGS = (
    Setting(c.GAIN_MODE, GainMode.HIGH, "Low gain is too coarse for skin: use a high gain camera."),
    Setting(c.TLINEAR, 1, "Order the sensor with radiometry."),
    Setting(c.USB_IR16, Ir16Mode.TLINEAR, "Order the sensor with radiometry."),
    Setting(c.TELEMETRY, 1, _AGAIN),
    Setting(c.TELEMETRY_LOCATION, TelemetryLocation.TOP, _AGAIN),
    Setting(c.TELEMETRY_PACKING, TelemetryPacking.DEFAULT, _AGAIN),
    Setting(c.TELEMETRY_ORDER, TelemetryOrder.DEFAULT, _AGAIN),
    Setting(c.FFC_MODE, FfcMode.MANUAL, "The camera decides itself when its shutter closes."),
)


def bring_up(client: BosonClient) -> tuple[Setting, ...]:
    """Make the camera radiometric; return the scene settings that it must keep.

    Raises
    ------
    NotRadiometric
        The camera cannot, or does not keep a setting; says which, and what it answered.
    SensorStalled
        Its shutter does not open again.
    CommandFailed, ReplyTimeout, ProtocolError, SensorLost
        As `BosonClient.call`.
    """
    if not client.call(c.RADIOMETRY_CAPABLE):
        raise NotRadiometric(
            "the camera says that it is not calibrated for temperatures (radiometry capable: no).",
            "Order the sensor with radiometry; it cannot be switched on.",
        )
    scene = neutral_scene(whole_share(client))
    configure(client, scene)
    run_ffc(client)
    return scene


def configure(client: BosonClient, scene: tuple[Setting, ...]) -> None:
    """Write all settings, read them back, and wait until high gain is in effect."""
    for setting in (*SETTINGS, *scene):
        apply(client, setting)
    client.call(c.TLINEAR_REFRESH, TableType.HIGH_GAIN)
    ends_s = time.monotonic() + _SWITCH_LIMIT_S
    while (table := client.call(c.TABLE_TYPE)) is not TableType.HIGH_GAIN:
        if time.monotonic() > ends_s:
            raise NotRadiometric(
                f"the camera stays in {table.name} although its gain mode is HIGH.",
                "Let it cool, or look away from very hot objects; then plug it in again.",
            )
        time.sleep(_POLL_S)


def apply(client: BosonClient, setting: Setting) -> None:
    """Write one setting and read it back."""
    register = setting.register
    client.call(register.set, setting.value)
    check(setting, client.call(register.get))


def check(setting: Setting, got: Any) -> None:
    """Raise NotRadiometric unless the register holds what it must."""
    if not holds(setting, got):
        raise NotRadiometric(
            f"{setting.register.get.name} answers {got!r}, expected {setting.value!r}.",
            setting.remedy,
        )


def holds(setting: Setting, got: Any) -> bool:
    """Whether a register holds what it must; floats within what 32 bits resolve."""
    return bool(abs(got - setting.value) <= 1e-4 * max(1.0, abs(setting.value)))


def whole_share(client: BosonClient) -> float:
    """Find out what the firmware calls all of it: 1 or 100.

    The Software IDD says "percentage"; cameras differ. One that takes 100 and gives it back means
    per cent; one that counts from 0 to 1 refuses it or cuts it.
    """
    try:
        client.call(c.EMISSIVITY.set, _PERCENT)
    except OutOfRange:
        return 1.0
    got = client.call(c.EMISSIVITY.get)
    if abs(got - _PERCENT) < 1e-3:
        return _PERCENT
    if abs(got - 1.0) < 1e-5:
        return 1.0
    raise NotRadiometric(
        f"the camera's emissivity reads {got:g} after it was set to {_PERCENT:g}, expected "
        f"{_PERCENT:g} or 1: its unit is unknown.",
        "Note the camera's firmware, and ask its maker.",
    )


def neutral_scene(whole: float) -> tuple[Setting, ...]:
    """Return the scene parameters of a perfect target behind nothing.

    Parameters
    ----------
    whole
        What the firmware calls all of it.
    """
    return (
        Setting(c.EMISSIVITY, whole, _AGAIN),
        Setting(c.ATMOSPHERE_TRANSMISSION, whole, _AGAIN),
        Setting(c.WINDOW_TRANSMISSION, whole, _AGAIN),
        Setting(c.WINDOW_REFLECTIVITY, 0.0, _AGAIN),
    )


def run_ffc(client: BosonClient) -> None:
    """Run an FFC and wait until it is done; SensorStalled when it does not end.

    The state alone does not tell: it may still be that of the FFC before.
    """
    before = client.call(c.FFC_LAST_FRAME)
    client.call(c.RUN_FFC)
    ends_s = time.monotonic() + FFC_LIMIT_S
    while True:
        status = client.call(c.FFC_STATUS)
        if status is FfcStatus.COMPLETE and client.call(c.FFC_LAST_FRAME) != before:
            return
        if time.monotonic() > ends_s:
            raise stuck(status)
        time.sleep(_POLL_S)


def stuck(status: FfcStatus) -> SensorStalled:
    """Return the error for an FFC that does not end."""
    return SensorStalled(
        f"the flat-field correction is {status.name} for more than {FFC_LIMIT_S:g} s.",
        "Its shutter may stick: plug the sensor in again; replace it if this comes back.",
    )
