"""An open Boson as a sensor: frames that were proven radiometric one by one, or none."""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from device.boson import bringup, proof
from device.boson import commands as c
from device.boson.bringup import Setting
from device.boson.client import BosonClient
from device.boson.declare import Command
from device.boson.enums import FfcStatus
from device.boson.frames import Exposure, FrameSource
from device.boson.identity import Identity
from device.boson.proof import Flaw, Proof
from device.errors import (
    NotRadiometric,
    ReplyTimeout,
    SensorLost,
    SensorRefused,
)
from device.frame import FfcState, RadiometricFrame
from device.framepool import FramePool
from device.info import SensorInfo
from device.scale import Scale

_PATIENCE_S = 2.0  # without a frame that may be measured, the sensor is given up
_SETTLE_S = 0.25  # after settings were restored: frames from before are still on their way
_RESTORES = 3  # within the last minute; then something else controls the camera
_RESTORE_WINDOW_S = 60.0
_PLAUSIBLE_C = (-40.0, 160.0)  # of a whole picture in high gain


class BosonSensor:
    """A Boson; see `device.sensor.Sensor`. `open_boson` opens one.

    Parameters
    ----------
    client, source
        Its two channels; the sensor closes them.
    identity, info
        Who it is.
    scene
        Scene parameters that it must keep, from `bringup.bring_up`.
    """

    def __init__(
        self,
        client: BosonClient,
        source: FrameSource,
        identity: Identity,
        info: SensorInfo,
        scene: tuple[Setting, ...],
    ) -> None:
        self._info = info
        self._client = client
        self._source = source
        self._identity = identity
        self._scene = scene
        self._pool = FramePool(source.rows, info.width)
        self._scale = Scale(info.height, info.width)
        self._rejected: Counter[str] = Counter()
        self._closed = False
        now_s = time.monotonic()
        self._last_good_s = now_s
        self._settled_s = 0.0
        self._restored_s: list[float] = []
        self._frame = -1
        self._ffc = FfcStatus.COMPLETE  # bring-up has just run one
        self._ffc_ended_s = self._ffc_began_s = now_s
        self._frame_at_ffc = client.call(c.FFC_LAST_FRAME)
        self._ffc_desired = False
        self._fpa_temp_c = client.call(c.FPA_TEMP) / 10.0
        self._uptime_s = client.call(c.UPTIME)
        self._questions = itertools.cycle(self._make_questions())

    @property
    def info(self) -> SensorInfo:
        """What the camera said of itself when it was opened."""
        return self._info

    def frames(self) -> Iterator[RadiometricFrame]:
        """Yield proven frames as they come; see `device.sensor.Sensor.frames`."""
        while True:
            yield self._next_proven()

    def request_ffc(self) -> None:
        """Close the shutter for an FFC; it shows in the frames that follow."""
        self._client.call(c.RUN_FFC)

    def rejected(self) -> dict[str, int]:
        """Return how many frames were dropped so far, by reason."""
        return dict(self._rejected)

    def close(self) -> None:
        """Release both channels and overwrite the buffers with zeros."""
        self._closed = True
        self._source.close()
        self._client.close()
        self._pool.close()
        self._scale.forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def self_test(self) -> None:
        """Take one frame and look whether it can be a picture.

        Raises
        ------
        NotRadiometric
            It is no picture of anything on Earth; says what it is.
        """
        frame = self._next_proven()
        celsius = frame.counts.mean() * frame.radiometry.kelvin_per_count - 273.15
        low, high = _PLAUSIBLE_C
        if not low < celsius < high or frame.counts.min() == frame.counts.max():
            raise NotRadiometric(
                f"the first frame has {frame.counts.min()} to {frame.counts.max()} counts and a "
                f"mean of {celsius:.1f} deg C, expected a picture between {low:g} and {high:g}.",
                "Take the cap off the lens, then plug the sensor in again.",
            )

    # --- one frame

    def _next_proven(self) -> RadiometricFrame:
        """Take frames until one may be measured; raise when none does for too long."""
        while True:
            if self._closed:
                raise SensorLost(f"the sensor {self._info.port} is closed.", "Open it again.")
            slot = self._pool.take()
            try:
                result = self._attempt(slot.write)
            except ReplyTimeout as silence:
                raise SensorLost(silence.what, silence.remedy) from silence
            now_s = time.monotonic()
            if not isinstance(result, Flaw):
                exposure, said = result
                self._last_good_s = now_s
                return self._as_frame(slot.view, exposure, said)
            self._rejected[result] += 1
            slot.write.fill(0)
            if now_s - self._last_good_s > _PATIENCE_S:
                raise proof.give_up(result, now_s - self._last_good_s)

    def _attempt(self, buffer: NDArray[np.uint16]) -> tuple[Exposure, Proof] | Flaw:
        """Take one frame, prove it, fetch it; or say why it is not passed on."""
        flaw = proof.prove(self._client).flaw
        exposure = self._source.expose(buffer)
        said = proof.prove(self._client)
        before, self._ffc = self._ffc, said.ffc
        self._watch_ffc(before, exposure)
        flaw = flaw or said.flaw or self._ask_next()
        if flaw is not None:
            self._restore()
            return flaw
        if exposure is None:
            return Flaw.TELEMETRY
        if exposure.time_s < self._settled_s:
            return Flaw.SETTLING
        if exposure.frame == self._frame:
            return Flaw.DUPLICATE
        if exposure.frame < self._frame:
            raise SensorLost(
                f"the camera's frame counter went from {self._frame} to {exposure.frame}: it has "
                "restarted.",
                "Open it again to set it up.",
            )
        self._frame = exposure.frame
        if before is FfcStatus.IN_PROGRESS:  # the shutter may still have been closed
            said = Proof(said.tlinear, said.ir16, said.table, before)
        self._source.fetch(buffer)
        if FfcStatus.IN_PROGRESS in {said.ffc, before}:  # it shows the shutter
            self._scale.forget()
        elif self._scale.jumps(buffer[-self._info.height :]):
            return Flaw.SCALE_JUMPED
        return exposure, said

    def _as_frame(
        self, view: NDArray[np.uint16], exposure: Exposure, said: Proof
    ) -> RadiometricFrame:
        if exposure.fpa_temp_c is not None:
            self._fpa_temp_c = exposure.fpa_temp_c
        ffc = proof.FFC_STATES[said.ffc]
        return RadiometricFrame(
            counts=view[-self._info.height :],
            radiometry=said.radiometry,
            time_s=exposure.time_s,
            sequence=exposure.frame,
            ffc=ffc,
            ffc_age_s=None
            if ffc is FfcState.NEVER
            else max(0.0, exposure.time_s - self._ffc_ended_s),
            ffc_desired=self._ffc_desired,
            fpa_temp_c=self._fpa_temp_c,
        )

    def _watch_ffc(self, before: FfcStatus, exposure: Exposure | None) -> None:
        """Keep the time at which the last FFC ended; SensorStalled when one does not end."""
        now_s = time.monotonic()
        if self._ffc is FfcStatus.IN_PROGRESS:
            if before is not FfcStatus.IN_PROGRESS:
                self._ffc_began_s = now_s
            elif now_s - self._ffc_began_s > bringup.FFC_LIMIT_S:
                raise bringup.stuck(self._ffc)
        elif before is FfcStatus.IN_PROGRESS:
            self._ffc_ended_s = now_s
        if exposure is not None and exposure.frame_at_ffc is not None:
            self._see_frame_at_ffc(exposure.frame_at_ffc)

    def _see_frame_at_ffc(self, frame: int) -> None:
        """Notice an FFC that came and went between two frames; its age then counts from now."""
        if frame != self._frame_at_ffc:
            self._frame_at_ffc = frame
            self._ffc_ended_s = time.monotonic()

    # --- settings that do not stay

    def _restore(self) -> None:
        """Write the settings again, unless that has been done too often already.

        Raises
        ------
        NotRadiometric
            The camera does not keep them, or loses them again and again.
        """
        now_s = time.monotonic()
        self._restored_s = [s for s in self._restored_s if now_s - s < _RESTORE_WINDOW_S]
        if len(self._restored_s) >= _RESTORES:
            raise NotRadiometric(
                f"the camera has lost its settings {_RESTORES + 1} times within a minute.",
                "Close what else controls the camera, or replace it.",
            )
        bringup.configure(self._client, self._scene)
        self._client.call(c.RUN_FFC)
        self._restored_s.append(now_s)
        self._settled_s = time.monotonic() + _SETTLE_S

    # --- questions that can wait: one of them after each frame, in turn

    def _make_questions(self) -> list[Callable[[], Flaw | None]]:
        questions: list[Callable[[], Flaw | None]] = [
            self._ask_uptime,
            self._ask_serial,
            self._ask_fpa_temp,
            self._ask_ffc_desired,
            self._ask_frame_at_ffc,
        ]
        return questions + [self._question_of(setting) for setting in self._scene]

    def _ask_next(self) -> Flaw | None:
        return next(self._questions)()

    def _ask_uptime(self) -> None:
        uptime_s = self._client.call(c.UPTIME)
        if uptime_s < self._uptime_s:
            raise SensorLost(
                f"the camera has been up for {uptime_s} s, and before that for {self._uptime_s} s: "
                "it has restarted.",
                "Open it again to set it up.",
            )
        self._uptime_s = uptime_s

    def _ask_serial(self) -> None:
        serial = self._client.call(c.CAMERA_SERIAL)
        if serial != self._identity.serial:
            raise SensorRefused(
                f"the camera's serial number is {serial}, and was {self._identity.serial}: it is "
                "another camera.",
                "Plug the vetted one in, or have this one vetted.",
            )

    def _ask_fpa_temp(self) -> None:
        self._fpa_temp_c = self._client.call(c.FPA_TEMP) / 10.0

    def _ask_ffc_desired(self) -> None:
        self._ffc_desired = self._client.call(c.FFC_DESIRED)

    def _ask_frame_at_ffc(self) -> None:
        self._see_frame_at_ffc(self._client.call(c.FFC_LAST_FRAME))

    def _question_of(self, setting: Setting) -> Callable[[], Flaw | None]:
        get: Command[Any] = setting.register.get

        def ask() -> Flaw | None:
            kept = bringup.holds(setting, self._client.call(get))
            return None if kept else Flaw.SCENE_CHANGED

        return ask
