"""The worker process: opens the sensor, locks itself, then screens frame after frame.

One thread and one loop. Before the lock everything is opened; after it the process reads and
writes descriptors that it already has. What it says of a failure is a sentence of our own errors
or the place in the code, never a value that could hold a pixel.
"""

import argparse
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import cv2

from device.drivers import open_sensor
from device.errors import (
    NotRadiometric,
    SensorError,
    SensorLost,
    SensorRefused,
    SensorStalled,
)
from device.frame import RadiometricFrame
from device.sensor import Sensor
from hardware.vetting.station import Vetting
from screening.result import Reason, ScreeningResult
from screening.screener import Screener
from screening.settings import Settings
from service.ipc.channel import Channel
from service.ipc.messages import (
    ChannelClosed,
    Configure,
    Failed,
    LearnNonUniformity,
    RequestFfc,
    Started,
    Stepped,
    Stop,
    Watch,
    decode,
    encode,
)
from service.ipc.preview import PreviewWriter
from service.sandbox import LockReport, SandboxError, lock_worker
from service.sandbox.parent import die_with_parent
from service.worker.flat_field import FlatField
from service.worker.frame_skipping import FrameSkipping
from service.worker.thumbnail import Thumbnail

_SETTINGS_WITHIN_S = 5.0
_SEND_WITHIN_S = 1.0
_FFC_AT_MOST_EVERY_S = 30.0
_REASONS: tuple[tuple[type[SensorError], Reason], ...] = (
    (SensorRefused, Reason.SENSOR_REFUSED),
    (NotRadiometric, Reason.NOT_RADIOMETRIC),
    (SensorStalled, Reason.SENSOR_STALLED),
    (SensorLost, Reason.SENSOR_LOST),
)


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
        self._thumbnail = Thumbnail(info.width, info.height)
        self._screener = Screener(info.width, info.height, info.hfov_deg, info.netd_k, settings)
        self._frame_skipping = FrameSkipping(info.frame_rate_hz)
        self._flat_field = FlatField(info.width, info.height)
        self._watched = False
        self._skipped = 0
        self._ffc_at = -_FFC_AT_MOST_EVERY_S

    def run(self) -> None:
        """Screen until told to stop, or until the sensor or the supervisor is lost."""
        for frame in self._fresh(self._sensor.frames()):
            started = time.perf_counter()
            result = self._screener.step(frame)
            step_ms = (time.perf_counter() - started) * 1e3
            if (learnt := self._flat_field.add(frame)) is not None:
                self._channel.send(learnt, wait_s=_SEND_WITHIN_S)
            if self._watched:
                self._preview.write(self._thumbnail.draw(frame.counts), frame.sequence)
            self._tell(result, step_ms, frame.fpa_temp_c)
            if not self._listen():
                return
        raise SensorLost("The sensor's frames have ended.", "Start the station again.")

    def _fresh(self, frames: Iterator[RadiometricFrame]) -> Iterator[RadiometricFrame]:
        """Pass on frames, skipping those that have waited while the last one was screened."""
        asked = time.monotonic()
        for frame in frames:
            if self._frame_skipping.waited(frame.time_s, asked=asked, now=time.monotonic()):
                self._skipped += 1
            else:
                yield frame
            asked = time.monotonic()

    def _tell(self, result: ScreeningResult, step_ms: float, fpa_temp_c: float | None) -> None:
        message = Stepped(result, round(step_ms, 3), self._skipped, fpa_temp_c)
        self._channel.send(message, wait_s=_SEND_WITHIN_S)
        now = time.monotonic()
        if result.ffc_advised and now - self._ffc_at >= _FFC_AT_MOST_EVERY_S:
            self._ffc_at = now
            self._sensor.request_ffc()

    def _listen(self) -> bool:
        """Do what the supervisor says; False when it says stop."""
        while (message := self._channel.receive()) is not None:
            match message:
                case Configure(settings=settings):
                    self._screener.configure(settings)
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
    """Open, lock, and screen."""
    settings = first_settings(channel)
    vetting = Vetting(options.register, options.state)
    with open_sensor(
        options.sensor, port=options.sensor_port, scenario=options.scenario, vet=vetting.vet
    ) as sensor:
        preview = PreviewWriter(options.preview, (sensor.info.width, sensor.info.height))
        worker = Worker(channel, sensor, preview, settings)
        decode(encode(Failed(Reason.SILENT, "")))  # codecs are loaded before the lock
        report = lock(channel, optional=options.allow_unsandboxed and sensor.info.simulated)
        channel.send(Started(sensor.info, report), wait_s=_SEND_WITHIN_S)
        worker.run()


def lock(channel: Channel, *, optional: bool) -> LockReport | None:
    """Lock this process; None when it is not locked and that is allowed."""
    try:
        return lock_worker(channel.fileno())
    except SandboxError:
        if not optional:
            raise
        return None


def main() -> None:
    """Run as `python -m service.worker.main`; only the supervisor does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channel", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--preview", type=int, required=True)
    parser.add_argument("--sensor", required=True)
    parser.add_argument("--sensor-port")
    parser.add_argument("--scenario", default="")
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--register", type=Path)
    parser.add_argument("--allow-unsandboxed", action="store_true")
    options = parser.parse_args()
    die_with_parent(options.parent)
    signal.signal(signal.SIGTERM, _on_terminate)
    cv2.setNumThreads(0)
    channel = Channel.inherited(options.channel)
    try:
        screen(options, channel)
    except ChannelClosed:
        sys.exit("The supervisor is gone.")
    except SensorError as error:
        reasons = [reason for kind, reason in _REASONS if isinstance(error, kind)]
        channel.send(Failed(reasons[0] if reasons else Reason.SENSOR_LOST, str(error)))
        sys.exit(1)
    except SandboxError as error:
        channel.send(Failed(Reason.NOT_LOCKED, str(error)))
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - whatever it is, the supervisor starts another
        channel.send(Failed(Reason.WORKER_LOST, place_of(error)))
        sys.exit(1)


def _on_terminate(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
