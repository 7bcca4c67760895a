"""Why a frame's counts are temperatures: asked of the camera before and after it was taken.

A frame is passed on only when everything that makes its counts temperatures was read back *before
and after* it was exposed. What changes and changes back in between shows in the picture alone:
`device.scale`.
"""

from dataclasses import dataclass
from enum import StrEnum

from device.boson import commands as c
from device.boson.client import BosonClient
from device.boson.enums import FfcStatus, Ir16Mode, TableType
from device.errors import NotRadiometric, ProtocolError, SensorError, SensorStalled
from device.frame import FfcState, Gain, Radiometry

KELVIN_PER_COUNT = 0.01  # TLinear in high gain

FFC_STATES = {
    FfcStatus.NEVER: FfcState.NEVER,
    FfcStatus.IMMINENT: FfcState.IMMINENT,
    FfcStatus.IN_PROGRESS: FfcState.IN_PROGRESS,
    FfcStatus.COMPLETE: FfcState.COMPLETE,
}


class Flaw(StrEnum):
    """Why a frame is not passed on."""

    TLINEAR_OFF = "tlinear off"
    WRONG_Y16 = "wrong 16-bit video"
    LOW_GAIN = "low gain"
    SCENE_CHANGED = "scene parameters changed"
    SCALE_JUMPED = "counts that jump all over the picture"
    SETTLING = "settling after settings were restored"
    DUPLICATE = "duplicate"
    TELEMETRY = "corrupt telemetry"


_GIVE_UP: dict[Flaw, tuple[type[SensorError], str]] = {
    Flaw.DUPLICATE: (SensorStalled, "Plug the sensor in again."),
    Flaw.TELEMETRY: (ProtocolError, "Plug the sensor in again; look at its cable."),
}


def give_up(flaw: Flaw, after_s: float) -> SensorError:
    """Return the error for a flaw that does not go away."""
    kind, remedy = _GIVE_UP.get(flaw, (NotRadiometric, "Close what else controls the camera."))
    return kind(f"no frame for {after_s:.1f} s that may be measured; the last: {flaw}.", remedy)


@dataclass(frozen=True, slots=True)
class Proof:
    """What the camera said after a frame.

    Attributes
    ----------
    tlinear, ir16, table
        TLinear on; what the 16-bit video carries; which gain is in effect.
    ffc
        FFC state.
    """

    tlinear: bool
    ir16: Ir16Mode
    table: TableType
    ffc: FfcStatus

    @property
    def flaw(self) -> Flaw | None:
        """Why the counts are no temperatures; None when they are."""
        if not self.tlinear:
            return Flaw.TLINEAR_OFF
        if self.ir16 is not Ir16Mode.TLINEAR:
            return Flaw.WRONG_Y16
        if self.table is not TableType.HIGH_GAIN:
            return Flaw.LOW_GAIN
        return None

    @property
    def radiometry(self) -> Radiometry:
        """The proof in the words of a frame. TLinear video is taken before the AGC."""
        return Radiometry(
            tlinear=self.tlinear,
            agc_off=self.ir16 is Ir16Mode.TLINEAR,
            kelvin_per_count=KELVIN_PER_COUNT,
            gain=Gain.HIGH if self.table is TableType.HIGH_GAIN else Gain.LOW,
        )


def prove(client: BosonClient) -> Proof:
    """Ask the camera; four round trips."""
    return Proof(
        tlinear=client.call(c.TLINEAR.get),
        ir16=client.call(c.USB_IR16.get),
        table=client.call(c.TABLE_TYPE),
        ffc=client.call(c.FFC_STATUS),
    )
