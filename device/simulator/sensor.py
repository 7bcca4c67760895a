"""The simulated sensor: a scenario seen by its camera, as any other `device.Sensor`."""

import time
from collections.abc import Iterator
from typing import Self

import numpy as np
from numpy.typing import NDArray

from device.errors import NotRadiometric, SensorLost, SensorStalled
from device.frame import Gain, RadiometricFrame, Radiometry
from device.framepool import FramePool
from device.info import SensorInfo
from device.simulator.ahead import Lookahead
from device.simulator.camera.camera import KELVIN_PER_COUNT, MODELS, Detector, optics_of
from device.simulator.people import meshes
from device.simulator.scenario import schema
from device.simulator.scenario.truth import FrameTruth, VisitorTruth
from device.simulator.scene import Scene

_RADIOMETRY = Radiometry(
    tlinear=True, agc_off=True, kelvin_per_count=KELVIN_PER_COUNT, gain=Gain.HIGH
)


class SimulatedSensor:
    """A sensor that films a scenario. It follows the protocol of `device.sensor.Sensor`.

    Parameters
    ----------
    scenario
        What to film.
    realtime
        Keep to the camera's frame rate (frames that come too late are left out, as a camera
        would); otherwise as fast as it goes. Time stamps are the scenario's in both cases. A live
        one takes a second or two to be made: what its first frames show is drawn beforehand.
    loop
        Begin again at the end; otherwise the stream ends.
    seed
        Draws everything that the scenario leaves open.
    """

    def __init__(self, scenario: schema.Scenario, *, realtime: bool, loop: bool, seed: int) -> None:
        self.scenario = scenario
        self._model = MODELS[scenario.camera.model]
        self._optics = optics_of(scenario.camera)
        self._rate_hz = scenario.camera.frame_rate_hz or self._model.frame_rate_hz
        self._realtime, self._loop = realtime, loop
        streams = [np.random.Generator(np.random.PCG64([seed, part])) for part in range(2)]
        self._scene = Scene(scenario, self._optics, streams[0])
        self._ahead = Lookahead(self._scene, self._rate_hz, scenario.duration_s)
        self._detector = Detector(scenario.camera, scenario.room, self._optics, streams[1])
        self._pool: FramePool | None = FramePool(self._optics.height, self._optics.width)
        self._image = np.zeros((self._optics.height, self._optics.width), np.float32)
        self._truth: FrameTruth | None = None
        self._still: NDArray[np.uint16] | None = None  # the picture that stands still
        self._late = 0
        self._ffc_wanted = False
        if realtime:
            self._ahead.begin()  # now: from its first frame on a live camera has no time for it

    @property
    def info(self) -> SensorInfo:
        """What the sensor says of itself."""
        return SensorInfo(
            dossier="simulated",
            model=f"simulated {self._model.name}",
            serial="0",
            firmware=self.scenario.name,
            width=self._optics.width,
            height=self._optics.height,
            frame_rate_hz=self._rate_hz,
            hfov_deg=self._optics.hfov_deg,
            netd_k=self._model.netd_k,
            simulated=True,
            port=self.scenario.name,
            noise_walks=self._model.walks,
        )

    def frames(self) -> Iterator[RadiometricFrame]:
        """Yield the frames of the scenario; see `device.sensor.Sensor.frames`."""
        began = time.monotonic()
        last = round(self.scenario.duration_s * self._rate_hz)
        sequence = 0
        while self._loop or sequence < last:
            if self._pool is None:
                raise SensorLost("The simulated sensor was closed.", "Open it again.")
            if self._realtime:
                due = began + sequence / self._rate_hz
                self._ahead.work(sequence, due)
                early = due - time.monotonic()
                if early > 0.0:
                    time.sleep(early)
                elif early < -1.0 / self._rate_hz:
                    behind = int(-early * self._rate_hz)
                    self._late += behind
                    sequence += behind
            self._break_down(sequence / self._rate_hz)
            yield self._frame(sequence, self._pool)
            sequence += 1

    def truth(self) -> FrameTruth:
        """Return what is true in the frame that was yielded last."""
        if self._truth is None:
            raise LookupError("no frame has been yielded yet: take one before asking for its truth")
        return self._truth

    def visitors(self) -> tuple[VisitorTruth, ...]:
        """Return what is true of each visitor over the whole scenario (one pass of it)."""
        return self._scene.visitors(self.scenario.duration_s)

    def scenario_names(self) -> tuple[str, ...]:
        """Names of the scenarios that can be opened."""
        return schema.scenario_names()

    def request_ffc(self) -> None:
        """Close the shutter with the next frame."""
        self._ffc_wanted = True

    def rejected(self) -> dict[str, int]:
        """Return how many frames were left out because nobody took them in time."""
        return {"late": self._late} if self._late else {}

    def close(self) -> None:
        """Give the buffers back, overwritten with zeros."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None
        self._image.fill(0.0)
        if self._still is not None:
            self._still.fill(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _break_down(self, time_s: float) -> None:
        """Fail as the scenario says."""
        camera = self.scenario.camera
        if camera.fails in {"never", "stands_still"} or time_s < camera.fails_at_s:
            return
        if camera.fails == "lost":
            raise SensorLost(
                "The simulated camera was unplugged, as its scenario says.", "Start it again."
            )
        if camera.fails == "stalled":
            raise SensorStalled(
                "The simulated camera sends no new frame, as its scenario says.", "Start it again."
            )
        raise NotRadiometric(
            "The simulated camera has turned TLinear off, as its scenario says: its counts are no"
            " temperatures.",
            "Start it again.",
        )

    def _stand_still(self, time_s: float, counts: NDArray[np.uint16]) -> None:
        """Repeat one picture from a time on, as the scenario says."""
        if time_s < self.scenario.camera.fails_at_s:
            return
        if self._still is None:
            self._still = counts.copy()
        counts[...] = self._still

    def _frame(self, sequence: int, pool: FramePool) -> RadiometricFrame:
        time_s = sequence / self._rate_hz
        if self._ffc_wanted:
            self._detector.request_ffc(time_s)
            self._ffc_wanted = False
        rendered = self._scene.render(time_s % self.scenario.duration_s, self._image)
        slot = pool.take()
        exposure = self._detector.expose(self._image, time_s, slot.write)
        if self.scenario.camera.fails == "stands_still":
            self._stand_still(time_s, slot.write)
        self._truth = FrameTruth(
            sequence, time_s, rendered.people, rendered.references, exposure.offset_k
        )
        return RadiometricFrame(
            counts=slot.view,
            radiometry=_RADIOMETRY,
            time_s=time_s,
            sequence=sequence,
            ffc=exposure.ffc,
            ffc_age_s=exposure.ffc_age_s,
            ffc_desired=exposure.ffc_desired,
            fpa_temp_c=exposure.fpa_temp_c,
        )


def open_simulated(
    scenario: str = "a-morning-at-the-door",
    *,
    realtime: bool = True,
    loop: bool = True,
    seed: int = 0,
) -> SimulatedSensor:
    """Open the simulated sensor on one of the scenarios that come with it.

    All files are read now: whoever opened it may lock itself out of the file system afterwards.

    Raises
    ------
    ScenarioError
        When there is no such scenario.
    """
    plan = schema.load(scenario)
    meshes.heads()
    meshes.bodies()
    return SimulatedSensor(plan, realtime=realtime, loop=loop, seed=seed)
