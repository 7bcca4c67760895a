"""A Lepton on a PureThermal board as a sensor: every frame proves itself or is dropped."""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from device import discovery
from device.ends import Admit, Ends
from device.errors import (
    NotRadiometric,
    ProtocolError,
    SensorError,
    SensorLost,
    SensorNotFound,
    SensorRefused,
    SensorStalled,
)
from device.frame import KELVIN_OFFSET, FfcState, Gain, RadiometricFrame, Radiometry
from device.framepool import FramePool
from device.info import SensorInfo
from device.lepton.control import LeptonControl
from device.lepton.ids import USB_IDS
from device.lepton.proof import Flaw, Prover
from device.lepton.telemetry import FFC_DESIRED, HEIGHT, ROWS, WIDTH, Telemetry, decode
from device.y16 import Y16Capture
from hardware.errors import HardwareError
from hardware.host.usb import PORT, behind
from hardware.vetting.decision import Decision, SensorSays, Vet

DOSSIER = "lepton-3-5-purethermal"

_PATIENCE_S = 5.0  # without a proven frame for so long, the sensor is given up
_CLOCK_SLIP_S = 3.0  # of a frame that waited, and of clocks that are not quite alike ...
_CLOCK_DRIFT = 1e-3  # ... over time
_FFC_LIMIT_S = 15.0  # an FFC takes about 1 s


@dataclass(frozen=True, slots=True)
class _Model:
    """Data sheet values of a module.

    Attributes
    ----------
    hfov_deg
        Horizontal field of view of the 160 px side, in degrees.
    """

    name: str
    hfov_deg: float


# FLIR part number -> module; NETD is below 50 mK for all of them
_MODELS = {
    "500-0771-01": _Model("Lepton 3.5", 57.0),
    "500-0758-99": _Model("Lepton 3.1R", 95.0),
}
_NETD_K = 0.05
_SIMULATED = "SIMULATED"  # in the part number of an emulated one

# what a flaw means when it does not go away
_GIVE_UP: dict[Flaw, tuple[type[SensorError], str, str]] = {
    Flaw.UNCONFIRMED: (ProtocolError, "its frames do not agree on who sends them", ""),
    Flaw.DUPLICATE: (
        SensorStalled,
        "its frame counter stands still",
        "Plug the sensor in again.",
    ),
    Flaw.CORRUPT_TELEMETRY: (
        ProtocolError,
        "its telemetry makes no sense",
        "Check that it is a Lepton 3 with telemetry; reseat the module in its socket.",
    ),
    Flaw.CORRUPT_ROW: (
        ProtocolError,
        "its frames have rows with wrong pixels",
        "Reseat the module in its socket; replace it when the row stays.",
    ),
    Flaw.TLINEAR_OFF: (NotRadiometric, "TLinear is off", "Open the sensor again to set it."),
    Flaw.UNSETTLED: (NotRadiometric, "its settings change all the time", "Open it again."),
    Flaw.SCALE_JUMPED: (
        NotRadiometric,
        "its counts jump all over the picture",
        "Close other programs that use the camera.",
    ),
    Flaw.AGC_ON: (NotRadiometric, "AGC is on", "Close other programs that use the camera."),
    Flaw.LOW_GAIN: (NotRadiometric, "it is in low gain", "Open the sensor again to set it."),
    Flaw.OWN_CORRECTION: (
        NotRadiometric,
        "it corrects emissivity or a window by itself",
        "Open the sensor again to set it.",
    ),
    Flaw.SHUTTER_LOCKOUT: (
        NotRadiometric,
        "its shutter is locked because it is too cold or too hot",
        "Bring it to room temperature.",
    ),
    Flaw.OVER_TEMPERATURE: (NotRadiometric, "it is about to overheat", "Let it cool down."),
    Flaw.OUT_OF_STEP: (
        SensorLost,
        "its clock does not go on as this computer's does",
        "Open it again.",
    ),
    Flaw.RESTARTED: (SensorLost, "it has restarted", "Open it again to set it up."),
}


class Capture(Protocol):
    """Where frames come from; `device.y16.Y16Capture` in real life."""

    def read_into(self, frame: NDArray[np.uint16]) -> float:
        """Wait for the next frame, copy it into `frame`, return its monotonic time in seconds."""

    def close(self) -> None:
        """Stop the stream."""


def open_lepton(
    port: str | None = None,
    *,
    quarter_turns: int = 0,
    vet: Vet,
    control: Callable[[str], LeptonControl] = LeptonControl,
) -> "LeptonSensor":
    """Identify, vet and set up the Lepton behind a video node, and start its frames.

    Parameters
    ----------
    port
        Path of its video node (`/dev/video0`) or its USB port (`1-2`); None finds the only one.
    quarter_turns
        Counter-clockwise quarter turns that make the picture upright (as `numpy.rot90` counts).
    vet
        Asked before anything is set in the camera or taken from it.
    control
        Opens the control channel.

    Raises
    ------
    SensorError
        When it is missing, refused, or does not prove itself; see `device.errors`.
    """
    node = port if port is not None and not PORT.fullmatch(port) else _find(port)
    try:
        usb = behind(Path(node))
    except HardwareError as error:
        raise SensorNotFound(str(error)) from error
    where = usb.port if usb else node

    def admit(info: SensorInfo, says: SensorSays) -> None:
        _admit(vet(info.dossier, usb, says), node)

    return _set_up(control(node), node, where, admit, quarter_turns)


def attach_lepton(ends: Ends, *, admit: Admit) -> "LeptonSensor":
    """Set up a Lepton whose commands go through a filter; see `device.ends`, and `open_lepton`."""
    node = ends.video or ""
    return _set_up(LeptonControl(node, filter_end=ends.line), node, ends.port, admit)


def _set_up(
    channel: LeptonControl, node: str, where: str, admit: Admit, quarter_turns: int = 0
) -> "LeptonSensor":
    """Identify the camera behind a control channel, set it up when it is admitted, and film."""
    try:
        who = channel.identity()
        dossier, simulated = dossier_of(who.part_number)
        model = _MODELS.get(who.part_number.removeprefix(_SIMULATED).strip())
        info = SensorInfo(
            dossier=dossier,
            model=model.name if model else f"Lepton {who.part_number}",
            serial=who.serial,
            firmware=who.software,
            width=WIDTH,
            height=HEIGHT,
            frame_rate_hz=8.7,
            hfov_deg=model.hfov_deg if model else None,
            netd_k=_NETD_K,
            simulated=simulated,
            port=where,
            noise_walks=not simulated,
        )
        admit(info, SensorSays(who.serial, who.part_number, who.software, simulated))
        channel.make_radiometric()
        capture = Y16Capture(node, WIDTH, HEIGHT + ROWS)
    except BaseException:
        channel.close()
        raise
    return LeptonSensor(info, capture, channel, quarter_turns)


def dossier_of(part_number: str) -> tuple[str, bool]:
    """Return the key of the dossier that speaks for it, and whether it is simulated."""
    simulated = _SIMULATED in part_number
    return ("simulated" if simulated else DOSSIER), simulated


def _find(port: str | None) -> str:
    boards = discovery.find(USB_IDS)
    at_port = tuple(board for board in boards if port in {None, board.usb.port})
    found = discovery.choose(at_port, "Lepton on a PureThermal board")
    if found.video_node is None:
        raise SensorNotFound(
            f"{found} shows no video node.", "Load the kernel's module uvcvideo; plug it in again."
        )
    return found.video_node


def _admit(decision: Decision, node: str) -> None:
    if not decision.passes:
        raise SensorRefused(
            f"the camera at {node} is not vetted: {decision}", "Use one that is in the register."
        )


class LeptonSensor:
    """An open Lepton; see `device.sensor.Sensor`.

    Parameters
    ----------
    info
        Of the sensor as it lies, before `quarter_turns`.
    capture, control
        Its two channels; the sensor closes them.
    quarter_turns
        See `open_lepton`.
    """

    def __init__(
        self, info: SensorInfo, capture: Capture, control: LeptonControl, quarter_turns: int = 0
    ) -> None:
        self.info = _turned(info, quarter_turns)
        self._capture = capture
        self._control = control
        self._turns = quarter_turns
        self._raw = FramePool(HEIGHT + ROWS, WIDTH, slots=2)
        self._pool = FramePool(self.info.height, self.info.width)
        self._prover = Prover()
        self._rejected: Counter[str] = Counter()
        self._proven_s: float | None = None  # when the last frame was passed on
        self._apart_s: float | None = None  # our clock and the camera's
        self._steady_s = 0.0  # when the last frame outside an FFC was
        self._closed = False
        try:
            self._next_proven()
        except BaseException:
            self.close()
            raise

    def frames(self) -> Iterator[RadiometricFrame]:
        """Yield proven frames as they come, those during an FFC marked so."""
        while True:
            yield self._next_proven()

    def request_ffc(self) -> None:
        """Start an FFC; it shows in the frames that follow."""
        self._control.run_ffc()

    def rejected(self) -> dict[str, int]:
        """Return how many frames were dropped so far, by reason."""
        return dict(self._rejected)

    def close(self) -> None:
        """Stop the stream, release the camera, and overwrite the buffers with zeros."""
        self._closed = True
        self._capture.close()
        self._control.close()
        self._raw.close()
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _next_proven(self) -> RadiometricFrame:
        """Read frames until one proves itself; raise when none does for too long."""
        while True:
            if self._closed:
                raise SensorLost(f"the sensor {self.info.port} is closed.", "Open it again.")
            raw = self._raw.take().write
            time_s = self._capture.read_into(raw)
            if self._proven_s is None:
                self._proven_s = self._steady_s = time_s
            telemetry = decode(raw[HEIGHT:])
            flaw = self._prover.judge(raw[:HEIGHT], telemetry)
            if flaw is None and not self._in_step(telemetry.uptime_ms / 1000.0, time_s):
                flaw = Flaw.OUT_OF_STEP
            if flaw is None:
                self._proven_s = time_s
                return self._frame(raw[:HEIGHT], telemetry, time_s)
            self._rejected[flaw] += 1
            if flaw is Flaw.RESTARTED or time_s - self._proven_s > _PATIENCE_S:
                kind, what, remedy = _GIVE_UP[flaw]
                raise kind(f"the camera cannot be measured with: {what}.", remedy)

    def _in_step(self, uptime_s: float, time_s: float) -> bool:
        """Whether the camera's clock goes on as ours does; that of a film does not.

        It wraps after 49.7 days; then the sensor is given up and opened again.
        """
        apart_s = time_s - uptime_s
        if self._apart_s is None:
            self._apart_s = apart_s
        drift_s = _CLOCK_DRIFT * uptime_s
        return abs(apart_s - self._apart_s) <= _CLOCK_SLIP_S + drift_s

    def _frame(
        self, counts: NDArray[np.uint16], telemetry: Telemetry, time_s: float
    ) -> RadiometricFrame:
        ffc = telemetry.ffc
        if ffc is not FfcState.IN_PROGRESS:
            self._steady_s = time_s
        elif time_s - self._steady_s > _FFC_LIMIT_S:
            raise SensorStalled(
                f"its FFC has not ended for {_FFC_LIMIT_S:.0f} s.", "Plug the sensor in again."
            )
        slot = self._pool.take()
        slot.write[...] = np.rot90(counts, self._turns)
        return RadiometricFrame(
            counts=slot.view,
            radiometry=Radiometry(
                tlinear=True,
                agc_off=True,
                kelvin_per_count=telemetry.kelvin_per_count,
                gain=Gain.HIGH,
            ),
            time_s=time_s,
            sequence=telemetry.counter,
            ffc=ffc,
            ffc_age_s=telemetry.ffc_age_s,
            ffc_desired=bool(telemetry.status & FFC_DESIRED),
            fpa_temp_c=telemetry.fpa_kelvin_100 / 100.0 - KELVIN_OFFSET,
        )


def _turned(info: SensorInfo, quarter_turns: int) -> SensorInfo:
    """Return the info of the sensor as it is seen after `quarter_turns`."""
    if quarter_turns % 2 == 0:
        return info
    half = None if info.hfov_deg is None else math.tan(math.radians(info.hfov_deg / 2.0))
    return replace(
        info,
        width=info.height,
        height=info.width,
        hfov_deg=None
        if half is None
        else math.degrees(2.0 * math.atan(half * info.height / info.width)),
    )
