"""The worker process: locked from its first line, it loads, settles, and screens frame after frame.

One thread and one loop. It is started with the lock on (`service.sandbox.launch`). Until it says
that everything is loaded, it reads code and the networks' weights; after that it reads and writes
descriptors that it has. What it says are records (`service.ipc.records`): words of closed lists and
quantised numbers.
"""

import argparse
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import FrameType

import cv2

from device import framepool
from device.drivers import SIMULATED, driver, open_simulated
from device.ends import Ends
from device.errors import (
    CommandFailed,
    NotRadiometric,
    ProtocolError,
    ReplyTimeout,
    SensorError,
    SensorLost,
    SensorNotFound,
    SensorRefused,
    SensorStalled,
)
from device.frame import RadiometricFrame
from device.info import SensorInfo
from device.sensor import Sensor
from hardware.vetting.decision import SensorSays
from screening.measuring import footprint
from screening.result import Reason, ScreeningResult
from screening.screener import Screener
from screening.settings import Settings
from service.ipc.bucket import Bucket
from service.ipc.channel import Channel
from service.ipc.frame_memory import SIZE as FRAME_MEMORY_BYTES
from service.ipc.identity import digest
from service.ipc.orders import (
    ORDERS,
    Admitted,
    Configure,
    LearnNonUniformity,
    Look,
    RequestFfc,
    Stop,
    ToWorker,
    Watch,
)
from service.ipc.preview import PreviewWriter
from service.ipc.records import MARKS, RATES, Fault, GaveUp, Opened, Record, SpotSeen, pack
from service.ipc.vocabulary import ChannelClosed
from service.sandbox.settle import NotJudged, settle
from service.worker.ffc_answer import FfcAnswer
from service.worker.flat_field import FlatField
from service.worker.frame_skipping import FrameSkipping
from service.worker.rehearsal import rehearse
from service.worker.spot import Spot
from service.worker.telling import Telling
from service.worker.thumbnail import Thumbnail

_SETTINGS_WITHIN_S = 5.0
_ADMITTED_WITHIN_S = 30.0
_SEND_WITHIN_S = 1.0
_FFC_AT_MOST_EVERY_S = 30.0
_SPOT_SHARE = 0.95  # of the rate: the supervisor ends whoever is past it


class FramesEnded(SensorLost):
    """A sensor that should never end has no more frames."""


_FAULTS: tuple[tuple[type[Exception], Reason, Fault], ...] = (  # the first that fits
    (SensorNotFound, Reason.SENSOR_LOST, Fault.NOT_FOUND),
    (SensorRefused, Reason.SENSOR_REFUSED, Fault.REFUSED),
    (NotRadiometric, Reason.NOT_RADIOMETRIC, Fault.NOT_RADIOMETRIC),
    (SensorStalled, Reason.SENSOR_STALLED, Fault.STALLED),
    (CommandFailed, Reason.SENSOR_LOST, Fault.COMMAND_FAILED),
    (ReplyTimeout, Reason.SENSOR_LOST, Fault.NO_REPLY),
    (ProtocolError, Reason.SENSOR_LOST, Fault.PROTOCOL),
    (FramesEnded, Reason.SENSOR_LOST, Fault.FRAMES_ENDED),
    (SensorError, Reason.SENSOR_LOST, Fault.LOST),
    (NotJudged, Reason.NOT_LOCKED, Fault.NOT_LOCKED),
    (Exception, Reason.WORKER_LOST, Fault.UNEXPECTED),
)


def gave_up(error: Exception) -> GaveUp:
    """Return what is told of an error: two words of closed lists, never a value."""
    reason, fault = next((r, f) for kind, r, f in _FAULTS if isinstance(error, kind))
    return GaveUp(reason, fault)


class Worker:
    """Screens the frames of one open sensor.

    Parameters
    ----------
    channel
        To the supervisor.
    sensor
        Open.
    preview
        Where the thermal view goes.
    settings
        In force at the start.
    """

    def __init__(
        self, channel: Channel, sensor: Sensor, preview: PreviewWriter, settings: Settings
    ) -> None:
        info = sensor.info
        self._channel = channel
        self._sensor = sensor
        self._preview = preview
        preview.source = (info.width, info.height)
        self._thumbnail = Thumbnail(info.width, info.height)
        self._screener = Screener.of(info, settings)
        self._settings = settings
        self._frame_skipping = FrameSkipping(info.frame_rate_hz)
        self._flat_field = FlatField(info.width, info.height)
        self._spot = Spot()
        self._look = Look(0, None, 1.0)
        self._spot_room = Bucket(RATES[SpotSeen], time.monotonic(), share=_SPOT_SHARE)
        self._watched = False
        self._telling = Telling(self._send, time.monotonic(), width=info.width)
        self._ffc_at = -_FFC_AT_MOST_EVERY_S
        self._ffc_answer = FfcAnswer()

    def run(self, said: Iterable[ToWorker] = ()) -> None:
        """Screen until told to stop, or until the sensor or the supervisor is lost.

        Parameters
        ----------
        said
            What the supervisor has said before.
        """
        for message in said:
            if not self._obey(message):
                return
        for frame in self._fresh(self._sensor.frames()):
            exposed_s = self._exposed_s(frame, time.monotonic())
            started = time.perf_counter()
            result = self._screener.step(frame)
            step_ms = (time.perf_counter() - started) * 1e3
            if (plate := self._flat_field.add(frame)) is not None:
                self._send(plate)
            if self._watched:
                self._draw(frame, result)
            self._look_at_spot(frame, result)
            self._tell(result, step_ms, frame.fpa_temp_c, exposed_s)
            self._ffc_answer.step(frame, time.monotonic())
            if not self._listen():
                return
        raise FramesEnded("The sensor's frames have ended.", "Start the station again.")

    def _fresh(self, frames: Iterator[RadiometricFrame]) -> Iterator[RadiometricFrame]:
        """Pass on frames, skipping those that have waited while the last one was screened."""
        asked = time.monotonic()
        for frame in frames:
            if self._frame_skipping.waited(frame.time_s, asked=asked, now=time.monotonic()):
                self._telling.skipped()
            else:
                yield frame
            asked = time.monotonic()

    def _exposed_s(self, frame: RadiometricFrame, came_s: float) -> float:
        """Return when a frame was exposed, on our clock.

        Real cameras' frames have that time; those of the simulator are made when they are asked
        for. Whoever tells an impossible time is not screened with anyway.
        """
        if self._sensor.info.simulated or not frame.time_s <= came_s:
            return came_s
        return frame.time_s

    def _draw(self, frame: RadiometricFrame, result: ScreeningResult) -> None:
        reference = result.reference
        place = None
        if reference.found and reference.x is not None and reference.y is not None:
            place = (reference.x, reference.y)
        self._preview.write(
            self._thumbnail.draw(frame.counts, frame.radiometry.kelvin_per_count),
            frame.sequence,
            [(visitor.id % MARKS, visitor.box) for visitor in result.visitors],
            place,
        )

    def _look_at_spot(self, frame: RadiometricFrame, result: ScreeningResult) -> None:
        """Tell what is read where an admin looks, or at the reference."""
        at, reference, settings = self._look.at, result.reference, self._settings
        emissivity = self._look.emissivity
        if at is None:
            if not (reference.found and settings.references):
                self._spot.wipe()
                return
            assert reference.x is not None  # noqa: S101 - it is found
            assert reference.y is not None  # noqa: S101 - it is found
            at, emissivity = (reference.x, reference.y), settings.references[0].emissivity
        second = self._spot.look(frame, at)
        if second is None or not self._spot_room.take(time.monotonic()):
            return
        size = self._screener.mm_per_px
        lost = 0.0 if size is None else footprint.correction(size, height_c=1.0)
        self._send(
            SpotSeen(
                look=self._look.number,
                raw_c=second.raw_c,
                surface_c=self._screener.surface_c(second.raw_c, at, emissivity),
                noise_k=second.noise_k,
                scene_c=second.scene_c,
                mm_per_px=size,
                footprint_share=1.0 - lost,
            )
        )

    def _send(self, record: Record) -> None:
        self._channel.send_packet(pack(record), wait_s=_SEND_WITHIN_S)

    def _tell(
        self, result: ScreeningResult, step_ms: float, fpa_temp_c: float | None, exposed_s: float
    ) -> None:
        now = time.monotonic()
        self._telling.tell(result, now, exposed_s=exposed_s)
        self._telling.instruments(result, fpa_temp_c=fpa_temp_c, step_ms=step_ms, now_s=now)
        if result.ffc_advised and now - self._ffc_at >= _FFC_AT_MOST_EVERY_S:
            self._ffc_at = now
            self._sensor.request_ffc()
            self._ffc_answer.asked(now)

    def _listen(self) -> bool:
        """Do what the supervisor says; False when it says stop."""
        while (message := self._channel.receive()) is not None:
            if not self._obey(message):
                return False
        return True

    def _obey(self, message: ToWorker) -> bool:
        match message:
            case Configure(settings=settings):
                self._settings = settings
                self._screener.configure(settings)
            case Look():
                self._look = message
            case Watch(on=on):
                if self._watched and not on:
                    self._preview.wipe()
                    self._thumbnail.wipe()
                self._watched = on
            case RequestFfc():
                self._ffc_at = time.monotonic()
                self._sensor.request_ffc()
            case LearnNonUniformity():
                self._flat_field.begin()
            case Stop():
                return False
        return True


def first_settings(channel: Channel) -> Settings:
    """Wait for the settings that every worker is sent first."""
    message = channel.receive(wait_s=_SETTINGS_WITHIN_S)
    if not isinstance(message, Configure):
        raise ChannelClosed("The supervisor sent no settings.")
    return message.settings


def place_of(error: BaseException) -> str:
    """Return the kind of an unexpected error and where it arose, without its values."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {os.path.basename(last.filename)}, line {last.lineno}"  # noqa: PTH119 - no file is meant


def screen(options: argparse.Namespace, channel: Channel) -> None:
    """Load, settle, and screen."""
    settings = first_settings(channel)
    if options.frames is not None:
        framepool.reserve(options.frames, FRAME_MEMORY_BYTES)
    preview = PreviewWriter(options.preview)
    said = Waiting(channel)
    if options.sensor == SIMULATED:
        with open_simulated(options.scenario) as sensor:
            worker = Worker(channel, sensor, preview, settings)
            if not options.unlocked:
                settle()
            said.admit(sensor.info, SensorSays(sensor.info.serial, simulated=True))
            worker.run(said.meanwhile)
        return
    kind = driver(options.sensor)
    kind.load()
    rehearse(settings)
    settle(camera=options.video is not None)
    ends = Ends(options.port, options.line, options.video, options.usb_serial, options.usb_firmware)
    with kind.attach(ends, admit=said.admit) as sensor:
        Worker(channel, sensor, preview, settings).run(said.meanwhile)


class Waiting:
    """Tells who the sensor is, and waits until the supervisor has admitted it.

    Attributes
    ----------
    meanwhile
        What else the supervisor said in that time.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.meanwhile: list[ToWorker] = []

    def admit(self, info: SensorInfo, says: SensorSays) -> None:
        """Wait; a refusal is the end of this process."""
        opened = Opened(
            simulated=info.simulated,
            width=info.width,
            height=info.height,
            frame_rate_hz=info.frame_rate_hz,
            identity=digest(info.dossier, says.serial, says.part_number, says.firmware),
        )
        self._channel.send_packet(pack(opened), wait_s=_SEND_WITHIN_S)
        ends_s = time.monotonic() + _ADMITTED_WITHIN_S
        while time.monotonic() < ends_s:
            match self._channel.receive(wait_s=_SEND_WITHIN_S):
                case Admitted():
                    return
                case None:
                    continue
                case message:
                    self.meanwhile.append(message)
        raise ChannelClosed("The supervisor did not say whether the sensor is admitted.")


def main() -> None:
    """Run; only the supervisor starts it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channel", type=int, required=True)
    parser.add_argument("--preview", type=int, required=True)
    parser.add_argument("--frames", type=int)
    parser.add_argument("--sensor", required=True)
    parser.add_argument("--port", default="")
    parser.add_argument("--line", type=int, default=-1)
    parser.add_argument("--video")
    parser.add_argument("--usb-serial")
    parser.add_argument("--usb-firmware", default="")
    parser.add_argument("--scenario", default="")
    parser.add_argument("--unlocked", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _on_terminate)
    cv2.setNumThreads(0)
    channel = Channel.inherited(options.channel, ORDERS)
    try:
        screen(options, channel)
    except ChannelClosed:
        sys.exit("The supervisor is gone.")
    except Exception as error:  # noqa: BLE001 - whatever it is, the supervisor starts another
        sys.stderr.write(f"{place_of(error)}: {error}\n")  # goes nowhere but for a developer
        with suppress(ChannelClosed):
            channel.send_packet(pack(gave_up(error)), wait_s=_SEND_WITHIN_S)
        sys.exit(1)


def _on_terminate(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
