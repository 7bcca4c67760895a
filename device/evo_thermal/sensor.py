"""An Evo Thermal as a sensor: switched on, checked frame by frame, given up when it is silent."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from device import discovery
from device.boson.transport import OpenLine, SerialTransport, Transport
from device.ends import Admit, Ends
from device.errors import (
    CommandFailed,
    ProtocolError,
    ReplyTimeout,
    SensorLost,
    SensorNotFound,
    SensorRefused,
    SensorStalled,
)
from device.evo_thermal.commands import STREAM_OFF, STREAM_ON
from device.evo_thermal.ids import USB_IDS
from device.evo_thermal.protocol import KELVIN_PER_COUNT, SIDE, Answer, Decoder, Frame
from device.frame import KELVIN_OFFSET, FfcState, Gain, RadiometricFrame, Radiometry
from device.framepool import FramePool
from device.info import SensorInfo
from hardware.errors import HardwareError
from hardware.host.usb import PORT, behind
from hardware.vetting.decision import SensorSays, Vet

DOSSIER = "evo-thermal"

_SILENCE_S = 2.0
_ANSWER_S = 1.0
_TRIES = 3
_RADIOMETRY = Radiometry(
    tlinear=True, agc_off=True, kelvin_per_count=KELVIN_PER_COUNT, gain=Gain.HIGH
)


def open_evo_thermal(
    port: str | None = None,
    *,
    hfov_deg: float | None = None,
    vet: Vet,
    connect: Callable[[str], Transport] = SerialTransport,
) -> "EvoThermalSensor":
    """Vet the Evo Thermal at a serial port and switch its stream on.

    The sensor says neither who it is nor which lens it has: its serial number is that of its USB
    interface, and an emulated one has none.

    Parameters
    ----------
    port
        Path of its serial port (`/dev/ttyACM0`) or its USB port (`1-2`); None finds the only one.
    hfov_deg
        33 or 90, as printed on it.
    vet
        Asked before anything is sent to it.
    connect
        Opens the serial port.

    Raises
    ------
    SensorError
        When it is missing, refused, or does not answer; see `device.errors`.
    """
    port = port if port is not None and not PORT.fullmatch(port) else _find(port)
    try:
        usb = behind(Path(port))
    except HardwareError as error:
        raise SensorNotFound(str(error)) from error
    where = usb.port if usb else port
    info = _info(where, usb.serial if usb else None, usb.bcd_device if usb else "", hfov_deg)
    decision = vet(info.dossier, usb, SensorSays(info.serial, simulated=usb is None))
    if not decision.passes:
        raise SensorRefused(
            f"the sensor at {port} is not vetted: {decision}", "Use one that is in the register."
        )
    return EvoThermalSensor(info, connect(port))


def attach_evo_thermal(ends: Ends, *, admit: Admit) -> "EvoThermalSensor":
    """Switch on an Evo Thermal that others hold open; see `device.ends`, `open_evo_thermal`."""
    info = _info(ends.port, ends.usb_serial, ends.usb_firmware, None)
    admit(info, SensorSays(info.serial, "", info.firmware, info.simulated))
    return EvoThermalSensor(info, OpenLine(ends.port, ends.line))


def _info(port: str, serial: str | None, firmware: str, hfov_deg: float | None) -> SensorInfo:
    return SensorInfo(
        dossier="simulated" if serial is None else DOSSIER,
        model="TeraRanger Evo Thermal",
        serial="0" if serial is None else serial,
        firmware=firmware,
        width=SIDE,
        height=SIDE,
        frame_rate_hz=14.0,
        hfov_deg=hfov_deg,
        netd_k=0.1,  # not published; one count, which is what can be seen of it
        simulated=serial is None,
        port=port,
    )


def _find(port: str | None) -> str:
    devices = discovery.find(USB_IDS)
    at_port = tuple(one for one in devices if port in {None, one.usb.port})
    found = discovery.choose(at_port, "Evo Thermal")
    if found.serial_port is None:
        raise SensorNotFound(f"{found} shows no serial port.", "Plug it in again.")
    return found.serial_port


class EvoThermalSensor:
    """An open Evo Thermal; see `device.sensor.Sensor`.

    Parameters
    ----------
    info
        What is known of it.
    transport
        Its line; the sensor closes it.
    silence_s
        Without a good frame for so long, the sensor is given up.
    """

    def __init__(
        self, info: SensorInfo, transport: Transport, *, silence_s: float = _SILENCE_S
    ) -> None:
        self.info = info
        self._transport = transport
        self._silence_s = silence_s
        self._decoder = Decoder()
        self._pool = FramePool(SIDE, SIDE)
        self._rejected: Counter[str] = Counter()
        self._waiting: list[Frame] = []
        self._last = b""
        self._sequence = 0
        self._closed = False
        try:
            self._switch_on()
            self._next()
        except BaseException:
            self.close()
            raise

    def frames(self) -> Iterator[RadiometricFrame]:
        """Yield frames as they come; the sensor has no counter, so they are counted here."""
        while True:
            frame, time_s = self._next()
            slot = self._pool.take()
            slot.write[...] = frame.counts
            self._sequence += 1
            yield RadiometricFrame(
                counts=slot.view,
                radiometry=_RADIOMETRY,
                time_s=time_s,
                sequence=self._sequence,
                ffc=FfcState.NEVER,
                ffc_age_s=None,
                fpa_temp_c=frame.sensor_kelvin - KELVIN_OFFSET,
            )

    def request_ffc(self) -> None:
        """Do nothing: it has no shutter."""

    def rejected(self) -> dict[str, int]:
        """Return how many frames were dropped, and bytes that belonged to none."""
        return dict(self._rejected + self._decoder.dropped)

    def close(self) -> None:
        """Switch the stream off, close the line, overwrite the buffers with zeros."""
        if self._closed:
            return
        self._closed = True
        try:
            self._transport.write(STREAM_OFF)
        except SensorLost:
            pass  # it is off, then
        finally:
            self._transport.close()
            self._waiting.clear()
            self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _switch_on(self) -> None:
        for _ in range(_TRIES):
            self._transport.write(STREAM_ON)
            ends_s = time.monotonic() + _ANSWER_S
            while (left_s := ends_s - time.monotonic()) > 0:
                for packet in self._decoder.feed(self._transport.read(left_s)):
                    if isinstance(packet, Answer) and packet.done:
                        return
                    if isinstance(packet, Answer):
                        raise CommandFailed(
                            f"the sensor at {self.info.port} refuses to stream.",
                            "Plug it in again.",
                        )
        raise ReplyTimeout(
            f"the sensor at {self.info.port} did not answer {_TRIES} times.",
            "Is it an Evo Thermal? Plug it in again.",
        )

    def _next(self) -> tuple[Frame, float]:
        """Return the next frame that is not the one before, and its monotonic time in seconds."""
        ends_s = time.monotonic() + self._silence_s
        came = repeated = 0
        while True:
            if self._closed:
                raise SensorLost(f"the sensor {self.info.port} is closed.", "Open it again.")
            while self._waiting:
                frame = self._waiting.pop(0)
                if frame.packet == self._last:  # its noise alone makes two frames differ
                    self._rejected["duplicate"] += 1
                    repeated += 1
                    continue
                self._last = frame.packet
                return frame, time.monotonic()
            left_s = ends_s - time.monotonic()
            if left_s <= 0:
                raise self._silent(came, repeated)
            data = self._transport.read(left_s)
            came += len(data)
            self._waiting += [p for p in self._decoder.feed(data) if isinstance(p, Frame)]

    def _silent(self, came: int, repeated: int) -> ProtocolError | SensorStalled:
        where = f"the sensor at {self.info.port}"
        if repeated:
            return SensorStalled(f"{where} repeats one frame.", "Plug it in again.")
        if came:
            return ProtocolError(
                f"{where} sent {came} bytes in {self._silence_s:g} s and no whole frame.",
                "Look at its cable; is it an Evo Thermal?",
            )
        return SensorStalled(
            f"{where} sent nothing for {self._silence_s:g} s.", "Plug it in again."
        )
