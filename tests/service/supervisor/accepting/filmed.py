"""A station whose numbers come from the frames of a simulated camera, by the screener itself.

One film has the station's reference, and a source that an admin brings, sets and carries; one the
same source left alone; one three visitors. Time is the film's: no clock is waited for. In the long
chapters some seconds pass in each second of the film, for the camera (`Camera.time_lapse`) as for
the station.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final

from device.simulator.camera.camera import optics_of
from device.simulator.scenario.schema import Camera, Person, Reference, Scenario
from device.simulator.scenario.schema import Step as Doing
from device.simulator.sensor import SimulatedSensor
from screening.measuring import footprint
from screening.screener import Screener
from service.acceptance.words import Chapter, Place, Way
from service.ipc.calibration import Act
from service.ipc.records import Instruments, Record, Seen, SpotSeen, Status, pack, unpack
from service.ipc.settings import StationSettings, UniformitySettings
from service.state.defaults import settings_for
from service.supervisor.non_uniformity import fingerprint
from service.worker.spot import Spot
from service.worker.telling import Telling
from tests.hardware.institution import TODAY
from tests.service.stage import SENSOR
from tests.service.supervisor.accepting.calibrating import Station

LAPSE: Final = 30.0  # of the long chapters
RATE_HZ: Final = 3.0
LASTS_S: Final = 9.0  # of each set point and place
FIRST_S: Final = 6.0
AWAY_M: Final = 1.0  # where faces stand
MIDDLE_C: Final = 36.8
SET_POINTS: Final = (34.0, 37.0, 39.0)
PLACES: Final = {
    Place.MIDDLE: (0.0, 0.0),
    Place.UPPER_LEFT: (-0.11, 0.10),
    Place.UPPER_RIGHT: (0.11, 0.10),
    Place.LOWER_LEFT: (-0.11, -0.10),
    Place.LOWER_RIGHT: (0.11, -0.10),
}
VISITS: Final = (*PLACES, Place.MIDDLE)
COMES_EVERY_S: Final = 12.0


def film(camera: Camera, *, lied_c: float = 0.0, lasts_s: float = LASTS_S) -> Scenario:
    """Return a film: set points at the middle one after the other, then the five places.

    Parameters
    ----------
    lied_c
        By how much the reference is warmer than its paper says.
    lasts_s
        Each set point, and each place.
    """
    height = camera.height_m
    sets = tuple((FIRST_S + lasts_s * n, set_c) for n, set_c in enumerate(SET_POINTS))
    from_s = FIRST_S + lasts_s * len(SET_POINTS)
    at = [PLACES[place] for place in VISITS]
    carried = tuple((from_s + lasts_s * n, x, height + y, AWAY_M) for n, (x, y) in enumerate(at))
    return Scenario(
        name="bench",
        title="An admin brings an adjustable source: set points, then five places",
        duration_s=900.0,  # the noise is measured when the source has been at all its places
        camera=camera,
        references=(
            QUIET.model_copy(update={"temp_c": 36.0 + lied_c}),
            _source(camera, SET_POINTS[0]).model_copy(
                update={"set_at": (*sets, (from_s, MIDDLE_C)), "carried_to": carried}
            ),
        ),
    )


def left_alone(camera: Camera, *, lied_c: float = 0.0) -> Scenario:
    """Return a film of the reference, and of a second source that stands in the middle."""
    return Scenario(
        name="bench",
        title="An admin has brought a source, and leaves it alone",
        duration_s=900.0,
        camera=camera,
        references=(
            QUIET.model_copy(update={"temp_c": 36.0 + lied_c}),
            _source(camera, MIDDLE_C),
        ),
    )


def visitors(camera: Camera, *, lied_c: float = 0.0) -> Scenario:
    """Return a film in which three people come, one after the other."""
    steps = (
        Doing(walk_to=(0.0, AWAY_M)),
        Doing(stand_s=7.5),
        Doing(walk_to=(1.6, 1.2), look="ahead"),
    )
    return Scenario(
        name="bench",
        title="Three people, one after the other",
        duration_s=FIRST_S + 3 * COMES_EVERY_S,
        camera=camera,
        references=(QUIET.model_copy(update={"temp_c": 36.0 + lied_c}),),
        people=tuple(
            Person(
                canthus_c=36.0,
                hot_spot_k=1.5,
                left_right_k=0.0,
                height_m=1.7,
                at_s=FIRST_S + COMES_EVERY_S * n,
                start=(0.3, 2.2),
                steps=steps,
            )
            for n in range(3)
        ),
    )


QUIET: Final = Reference(stability_k=0.0, uniformity_k=0.0, on_for_s=1e6)


def _source(camera: Camera, temp_c: float) -> Reference:
    at = (0.0, camera.height_m, AWAY_M)
    brought = {"brought": True, "temp_c": temp_c, "at": at, "housing": False}
    return QUIET.model_copy(update=brought)


class Filmed(Station):
    """The station of `calibrating`, before a camera.

    Parameters
    ----------
    plan
        Its film. What an admin does in it, and what is kept, is of one station whatever the film.
    lasts_s
        Of the film, see `film`.
    rate_hz
        At which it is filmed.
    """

    def __init__(
        self, folder: Path, plan: Scenario, *, lasts_s: float = LASTS_S, rate_hz: float = RATE_HZ
    ) -> None:
        camera = plan.camera.model_copy(update={"frame_rate_hz": rate_hz})
        plan = plan.model_copy(update={"camera": camera})
        self._plan, self._lasts_s = plan, lasts_s
        self._camera = SimulatedSensor(plan, realtime=False, loop=True, seed=3)
        self._frames = self._camera.frames()
        info = self._camera.info
        self._optics = optics_of(camera)
        first = settings_for(plan)
        settings = StationSettings.of(first)
        x, y, _ = self._optics.project(*plan.references[0].at)
        shape = UniformitySettings(
            **dict(
                zip(
                    ("x_c", "y_c", "xx_c", "yy_c", "xy_c"),
                    (0.05, 0.0, -0.2, -0.2, 0.0),
                    strict=True,
                )
            ),
            residual_c=0.03,
            learnt_on=TODAY,
            sensor_sha256=fingerprint(SENSOR),
        )
        marked = settings.references[0].model_copy(
            update={"mark": (round(x, 1), round(y, 1)), "temp_c": 36.0}
        )
        settings = settings.model_copy(update={"references": (marked,), "uniformity": shape})
        self._plain = settings.plain()
        self._screener = Screener(info.width, info.height, info.hfov_deg, info.netd_k, self._plain)
        self._spot = Spot()
        self._telling = Telling(self._hear, 0.0, width=info.width)
        self._aimed: tuple[int, tuple[float, float] | None, float] = (0, None, 0.97)
        self.film_s, self.lapse = 0.0, camera.time_lapse
        self.said: Status | None = None
        super().__init__(folder, settings=settings, sensor=SENSOR)

    # what the worker would do

    def look(self, number: int, at: tuple[float, float] | None, emissivity: float) -> None:
        self._aimed = number, at, emissivity

    def try_threshold(self, threshold_c: float | None) -> None:
        super().try_threshold(threshold_c)
        decision = self._plain.decision
        if threshold_c is not None:
            decision = replace(decision, threshold_c=threshold_c)
        self._screener.configure(replace(self._plain, decision=decision))

    def _hear(self, said: Record) -> None:
        match unpack(pack(said)):  # as coarse as what crosses over
            case Status() as status:
                self.said = status
                self.calibration.status(status)
            case Seen() as seen:
                self.calibration.seen(seen)
            case Instruments() as instruments:
                self.calibration.instruments(instruments)
            case SpotSeen() as spot:
                self.calibration.spot(spot)

    def run(self, until_s: float, *, lapse: float = 1.0) -> None:
        """Let the film go on to a time of its own."""
        for frame in self._frames:
            self.now_s += (frame.time_s - self.film_s) * lapse
            self.film_s = frame.time_s
            result = self._screener.step(frame)
            number, at, emissivity = self._aimed
            reference = result.reference
            if at is None and reference.found and reference.x is not None:
                at, emissivity = (reference.x, reference.y or 0.0), 0.97
            second = self._spot.look(frame, at)
            self._telling.tell(result, frame.time_s, exposed_s=frame.time_s)
            self._telling.instruments(
                result, fpa_temp_c=frame.fpa_temp_c, step_ms=5.0, now_s=frame.time_s
            )
            if second is not None and at is not None:
                size = self._screener.mm_per_px
                lost = 0.0 if size is None else footprint.correction(size, height_c=1.0)
                surface_c = self._screener.surface_c(second.raw_c, at, emissivity)
                self._hear(
                    SpotSeen(
                        number,
                        second.raw_c,
                        surface_c,
                        second.noise_k,
                        second.scene_c,
                        size,
                        1.0 - lost,
                    )
                )
            self.calibration.turn()
            if frame.time_s >= until_s:
                return

    # what an admin does, in the order of the film

    def at(self, place: Place) -> tuple[float, float]:
        x, y = PLACES[place]
        u, v, _ = self._optics.project(x, self._plan.camera.height_m + y, AWAY_M)
        return u, v

    def sweep(self, wrong_c: float = 0.0) -> None:
        for number, set_c in enumerate(SET_POINTS):
            self._settled(number)
            self.do(Chapter.ACCURACY, at=self.at(Place.MIDDLE), set_c=set_c + wrong_c, way=Way.UP)
            self.run(self.film_s + 6.5)

    def uniformity(self) -> None:
        for number, place in enumerate(VISITS):
            self._settled(len(SET_POINTS) + number)
            self.do(Chapter.UNIFORMITY, at=self.at(place), place=place)
            self.run(self.film_s + 6.5)

    def _settled(self, number: int) -> None:
        """Wait until what is shown has settled, as an admin would."""
        self.run(FIRST_S + self._lasts_s * (number + 1) - 7.0)

    def resolution(self) -> None:
        self.do(Chapter.RESOLUTION)
        self.run(self.film_s + 34.0)

    def long(self, chapter: Chapter, lasts_s: float, at: tuple[float, float] | None = None) -> None:
        """Measure a long chapter, `lapse` times faster."""
        self.do(chapter, at=at)
        self.run(self.film_s + lasts_s / self.lapse, lapse=self.lapse)
        self.do(chapter, Act.PAUSE)

    def alarms(self) -> None:
        """Let three people step up, one after the other, and hear each alarm."""
        for number in range(3):
            self.run(FIRST_S + COMES_EVERY_S * number)
            self.do(Chapter.ALARM)
            self.run(self.film_s + COMES_EVERY_S - 0.5)
            self.do(Chapter.ALARM, heard=True)

    def close(self) -> None:
        self._frames.close()  # type: ignore[attr-defined] # a generator
        self._camera.close()
