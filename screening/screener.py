"""Frames in, visitors and verdicts out: the whole of screening behind one method.

No thread, no clock, no I/O, no randomness: the same frames give the same result.
"""

import math
from typing import Final, Protocol, Self

import numpy as np
import numpy.ma
from numpy.typing import NDArray

from device.frame import KELVIN_OFFSET, FfcState, RadiometricFrame
from screening.faces.detection import Detection
from screening.faces.detector import FaceDetector
from screening.faces.furniture import Furniture, Nature
from screening.faces.plausible import Plausibility
from screening.freshness.freshness import Freshness
from screening.measuring import footprint
from screening.measuring.correction import Correction
from screening.measuring.estimate import Sample
from screening.measuring.measure import Reading, Surveyor
from screening.measuring.quality import judge
from screening.radiometry.bad_pixels import BadPixels
from screening.reference.non_uniformity import NonUniformity
from screening.reference.references import References
from screening.reference.witness import Witness
from screening.result import Box, Face, Reason, ScreeningResult, State, Verdict, Visitor
from screening.settings import Settings, Uniformity
from screening.states import Board, Shown
from screening.visitors.population import Population
from screening.visitors.tracking import Track, Tracker
from screening.visitors.visitor import VisitorRecord

FFC_DUE_S: Final = 180.0
FFC_OVERDUE_S: Final = 900.0  # then between two visitors, who have a moment's patience
FFC_LATEST_S: Final = 1200.0  # then whoever is there
STARTING_S: Final = 3.0  # for the reference to be found, before its absence is a fault
ALONE_RATIO: Final = 1.3  # the next person must stand so much farther away
BODY_M: Final = 0.35  # of a body in the zone, at least; who stands behind it looks narrower
BODY_GAP_S: Final = 1.0  # people stand still for so long
UNSEEN_S: Final = 2.5
BEFORE_S: Final = 0.5  # readings so soon before the scale came into question are left out
MIN_SIDE_PX: Final = 80  # of a sensor: with fewer, a face in the zone is under a dozen pixels


class Imager(Protocol):
    """What must be known of a sensor: `device.info.SensorInfo` says it."""

    @property
    def width(self) -> int:
        """Of the upright frames in pixels."""

    @property
    def height(self) -> int:
        """Of the upright frames in pixels."""

    @property
    def hfov_deg(self) -> float | None:
        """Horizontal field of view; None when the lens is unknown."""

    @property
    def netd_k(self) -> float:
        """Noise-equivalent temperature difference in kelvin."""

    @property
    def noise_walks(self) -> bool:
        """Whether its noise walks."""


class Screener:
    """Screens the frames of one sensor.

    Parameters
    ----------
    width, height
        Of the upright frames in pixels.
    hfov_deg
        Horizontal field of view; None when the lens is unknown (then nobody is too far by metres).
    netd_k
        Noise-equivalent temperature difference of a pixel in kelvin.
    settings
        What the admin says; `configure` replaces them.
    noise_walks
        Whether the noise of this kind of sensor walks (`device.info.SensorInfo`).
    """

    def __init__(
        self,
        width: int,
        height: int,
        hfov_deg: float | None,
        netd_k: float,
        settings: Settings,
        *,
        noise_walks: bool = False,
    ) -> None:
        self._size = (width, height)
        self._netd_k = netd_k
        self._radians_per_px = (
            None if hfov_deg is None else 2.0 * math.tan(math.radians(hfov_deg) / 2.0) / width
        )
        self._celsius = np.empty((height, width), np.float32)
        self._freshness = (
            Freshness(height, width, netd_k, walks=noise_walks)
            if min(width, height) >= MIN_SIDE_PX
            else None  # with fewer pixels nothing is screened at all
        )
        self._bad_pixels = BadPixels(height, width)
        self._detector = FaceDetector(width, height)
        self._plausibility = Plausibility(width, height)
        self._witness = Witness(width, height)
        self._furniture = Furniture(width, height)
        self._surveyor = Surveyor(width, height)
        self._tracker = Tracker()
        self._board = Board()
        self._records: dict[int, VisitorRecord] = {}  # by track
        self._population = Population()
        self._faces_before: list[Box] = []
        self._next_id = 1
        self._body_since_s: float | None = None  # since when somebody stands there, face or not
        self._body_s = -math.inf
        self._first_s: float | None = None
        self._last_s = 0.0
        self._settings = settings
        self._correction = Correction(settings)
        self._non_uniformity = NonUniformity(settings.uniformity or Uniformity(), width, height)
        self._references = References(settings, netd_k, self._non_uniformity)

    @classmethod
    def of(cls, sensor: Imager, settings: Settings) -> Self:
        """Return a screener of the frames of a sensor."""
        return cls(
            sensor.width,
            sensor.height,
            sensor.hfov_deg,
            sensor.netd_k,
            settings,
            noise_walks=sensor.noise_walks,
        )

    def configure(self, settings: Settings) -> None:
        """Replace the settings; who is in view is measured anew."""
        before = self._settings
        self._settings = settings
        self._correction = Correction(settings)
        same = (settings.references, settings.scene, settings.limits, settings.uniformity) == (
            before.references,
            before.scene,
            before.limits,
            before.uniformity,
        )
        if not same:
            self._non_uniformity = NonUniformity(settings.uniformity or Uniformity(), *self._size)
            self._references = References(settings, self._netd_k, self._non_uniformity)
        if settings.references != before.references:
            self._population = Population()  # on another scale
        for record in self._records.values():
            record.begin_again()

    def step(self, frame: RadiometricFrame) -> ScreeningResult:
        """Take one frame and say everything that follows from it."""
        useless = self._read(frame)
        if useless is not None:
            return self._void(useless, frame)
        celsius = self._celsius
        was_in_question = self._references.in_question
        level_c = None
        if frame.ffc is not FfcState.IN_PROGRESS:
            level_c = self._witness.step(celsius, frame.time_s)
            self._furniture.look(celsius, level_c, frame.time_s)
        why_not = self._references.step(celsius, frame, self._faces_before, level_c)
        self._correction.correct_by(self._references.offsets)
        fault = self._fault(why_not, frame)
        detections = [] if why_not is Reason.FFC else self._faces(celsius)
        self._faces_before = [detection.box for detection in detections]
        seen, ended = self._tracker.step(detections, frame.time_s)
        if self._references.in_question and not was_in_question:
            for record in self._records.values():
                record.unsay_since(
                    frame.time_s - BEFORE_S, self._correction, self._settings, self._population
                )
        for track in seen:
            self._note(track, frame)
        present = self._present(seen)
        if fault is None and not self._references.in_question:
            self._screen(seen, celsius, present)
        if fault is not None:
            for record in present:
                record.hinder(fault[1])
        unseen = self._unseen(frame, seen=bool(seen))
        if why_not is not Reason.FFC:
            self._furniture.learn(self._faces_before, corrected=self._references.corrected)
        departed = tuple(v for t in ended if (v := self._close(t.id)) is not None)
        state, reasons = self._board.step(
            frame.time_s, fault, present or self._approaching(seen), unseen=unseen
        )
        return ScreeningResult(
            sequence=frame.sequence,
            time_s=frame.time_s,
            state=state,
            reasons=reasons,
            reference=self._references.status,
            faces=tuple(_face(t) for t in seen),
            visitors=tuple(r.report() for r in present),
            departed=departed,
            ffc_advised=self._ffc_advised(frame, present),
        )

    def _ffc_advised(self, frame: RadiometricFrame, present: list[VisitorRecord]) -> bool:
        """Whether now is the time for an FFC: when nobody is there, or when it must be."""
        if frame.ffc is FfcState.IN_PROGRESS or not _ffc_due(frame):
            return False
        if not self._tracker.tracks and self._body_since_s is None:
            return True
        age_s = _ffc_age_s(frame)
        measured = all(record.verdict is not None for record in present)
        return age_s > FFC_LATEST_S or (age_s > FFC_OVERDUE_S and measured)

    def _read(self, frame: RadiometricFrame) -> Reason | None:
        """Turn a frame into apparent temperatures; return why nothing of it may be used, if so."""
        if self._freshness is not None:
            stale = self._freshness.step(frame)
            if stale is not None:
                return stale
            if self._freshness.cut:
                for record in self._records.values():
                    record.begin_again()
        self._first_s = frame.time_s if self._first_s is None else self._first_s
        self._last_s = frame.time_s
        kelvin_per_count, celsius = frame.radiometry.kelvin_per_count, self._celsius
        np.copyto(celsius, frame.counts)  # converting by itself is twice as fast
        celsius *= np.float32(kelvin_per_count)
        celsius -= np.float32(KELVIN_OFFSET)
        too_many = self._bad_pixels.mend(frame.counts, kelvin_per_count, celsius)
        return Reason.BAD_PIXELS if too_many else None

    def _void(self, reason: Reason, frame: RadiometricFrame) -> ScreeningResult:
        """Use nothing of a frame; whoever was in view has had their last word."""
        for record in self._records.values():
            record.hinder((reason,))
        departed = self.finish()
        self._tracker.forget()
        self._faces_before = []
        if reason is Reason.IMPOSSIBLE_VALUES:  # of time too: nothing goes on where it was
            self._first_s = self._body_since_s = None
            self._body_s = -math.inf
            self._references.lose_time()  # but what the reference is known by stays
        state, reasons = self._board.step(self._last_s, (State.NOT_SCREENING, (reason,)), [])
        return ScreeningResult(
            sequence=frame.sequence,
            time_s=self._last_s,
            state=state,
            reasons=reasons,
            departed=departed,
            ffc_advised=reason is Reason.NO_FFC,
        )

    def _unseen(self, frame: RadiometricFrame, *, seen: bool) -> bool:
        """Whether somebody has stood in the zone for a while whose face nobody has found.

        Dark glasses on a cold face, a hood, a veil, a cup before the mouth: whoever they are, the
        station is not *ready* for the next one.
        """
        away_m = self._settings.limits.zone_m[1]
        width_px = BODY_M / (away_m * self._radians_per_px) if self._radians_per_px else math.inf
        stands = not seen and frame.ffc is not FfcState.IN_PROGRESS
        if stands and self._furniture.body(width_px):
            self._body_s = frame.time_s
            if self._body_since_s is None:
                self._body_since_s = frame.time_s
        elif seen or frame.time_s - self._body_s > BODY_GAP_S:
            self._body_since_s = None
        return self._body_since_s is not None and frame.time_s - self._body_since_s >= UNSEEN_S

    def surface_c(self, raw_c: float, at: tuple[float, float], emissivity: float) -> float | None:
        """Return the temperature of a surface of which the last frames read `raw_c`, deg C.

        Parameters
        ----------
        at
            Upright pixel.
        emissivity
            Of the surface, which is as far away as the visitors.

        Returns
        -------
        float or None
            None while the scale is in question.
        """
        if self._references.in_question:
            return None
        uneven_c = self._non_uniformity.at(*at)
        return self._correction.surface_c(raw_c - uneven_c, emissivity)

    @property
    def mm_per_px(self) -> float | None:
        """Size of a pixel at the distance of the visitors; None where the lens is not known."""
        if self._radians_per_px is None:
            return None
        return 1e3 * self._settings.scene.distance_m * self._radians_per_px

    def finish(self) -> tuple[Visitor, ...]:
        """Return the last word on everybody still in view; the frames have ended."""
        open_tracks = sorted(self._records)
        return tuple(v for t in open_tracks if (v := self._close(t)) is not None)

    def _fault(self, why_not: Reason | None, frame: RadiometricFrame) -> Shown | None:
        """Return what keeps the station from screening, if anything."""
        if min(self._size) < MIN_SIDE_PX:
            return State.NOT_SCREENING, (Reason.TOO_FEW_PIXELS,)
        limits = self._settings.limits
        assert self._first_s is not None  # noqa: S101  # set by step
        running_s = frame.time_s - self._first_s
        if not frame.radiometry.proven:
            why_not = Reason.NOT_RADIOMETRIC
        elif running_s < limits.warm_up_s:
            return State.WARMING_UP, (Reason.WARMING_UP,)
        why_not = self._surroundings() or why_not
        if why_not is None and self._freshness is not None and self._freshness.settling:
            why_not = Reason.SETTLING
        if why_not is None:
            return None
        starting = why_not is Reason.REFERENCE_MISSING and running_s < STARTING_S
        return State.STARTING if starting else State.NOT_SCREENING, (why_not,)

    def _surroundings(self) -> Reason | None:
        """Return what is wrong with the room, if anything."""
        limits, scene = self._settings.limits, self._settings.scene
        if not _within(scene.ambient_temp_c, limits.ambient_c):
            return Reason.AMBIENT_OUT_OF_LIMITS
        if not _within(scene.relative_humidity, limits.relative_humidity):
            return Reason.HUMIDITY_OUT_OF_LIMITS
        return None

    def _faces(self, celsius: NDArray[np.float32]) -> list[Detection]:
        """Return the faces of people in a frame of apparent deg C."""
        found = self._detector.detect(celsius, self._references.masks)
        offsets = self._references.offsets
        faces = self._plausibility.faces(celsius, found, offsets[0][1] if offsets else None)
        return [f for f in faces if self._furniture.nature(f.box) is not Nature.FURNITURE]

    def _note(self, track: Track, frame: RadiometricFrame) -> None:
        """Keep the record of a track up to date; it may turn out to be a visitor's."""
        detection = track.detection
        assert detection is not None  # noqa: S101  # seen in this frame
        if track.id not in self._records:
            self._records[track.id] = VisitorRecord(
                frame.sequence, detection.box, self._radians_per_px
            )
        record = self._records[track.id]
        record.see(track, frame.sequence, self._settings.limits.zone_m[1])
        record.live(
            track,
            somebody=self._furniture.nature(detection.box) is Nature.SOMEBODY,
            stirs=self._furniture.stirs(detection.box),
        )
        if track.confirmed and record.admit(self._next_id):
            self._next_id += 1

    def _present(self, seen: list[Track]) -> list[VisitorRecord]:
        """Return the visitors in this frame, nearest first."""
        records = [self._records[t.id] for t in seen]
        return sorted((r for r in records if r.id is not None), key=_size)

    def _approaching(self, seen: list[Track]) -> list[VisitorRecord]:
        """Return who has stopped before the zone, to be asked to come closer."""
        records = [self._records[t.id] for t in seen if t.confirmed]
        return [r for r in records if r.approaching]

    def _screen(
        self, seen: list[Track], celsius: NDArray[np.float32], present: list[VisitorRecord]
    ) -> None:
        """Read everybody in a frame; say of visitors what follows.

        Before it is known whether somebody came, they are read, but told nothing.
        """
        everybody = sorted((self._records[t.id] for t in seen), key=_size)
        for track in seen:
            record = self._records[track.id]
            came = record.id is not None
            hindered = self._measure(track, celsius, present if came else everybody)
            if came and hindered:
                record.hinder(hindered)
            elif came:
                record.conclude(self._correction, self._settings, self._population)

    def _measure(
        self, track: Track, celsius: NDArray[np.float32], beside: list[VisitorRecord]
    ) -> tuple[Reason, ...]:
        """Read a face into its record, beside these people, nearest first; or return why not."""
        record, detection = self._records[track.id], track.detection
        size = record.mm_per_px
        assert detection is not None and size is not None  # noqa: S101, PT018  # noted before
        if len(beside) > 1 and not (record is beside[0] and _size(beside[1]) > ALONE_RATIO * size):
            return (Reason.SEVERAL_PEOPLE,)
        settings = self._settings
        masks = self._references.masks
        reading = self._surveyor.read(
            celsius, detection, size, settings.decision.site, masks, self._furniture.stands_in
        )
        if reading is None:
            return (Reason.CUT_OFF,)
        judgement = judge(
            detection,
            reading,
            frame=self._size,
            speed_px_s=track.speed_px_s,
            leaving=track.leaving,
            distance_m=record.distance_m,
            zone_m=settings.limits.zone_m,
        )
        if judgement.unusable:
            return judgement.unusable
        non_uniformity_c = self._non_uniformity.at(reading.x, reading.y)
        corrected_c = self._correction.skin_c(reading.apparent_c - non_uniformity_c)
        height_c, height_sd_c = self._height_c(reading, size)
        sample = Sample(
            quality=judgement.quality,
            raw_c=reading.apparent_c,
            corrected_c=corrected_c,
            footprint_c=footprint.correction(size, judgement.blur_px, height_c),
            sd_c=self._netd_k / 2.0 + 0.02,
            mm_per_px=size,
            blur_px=judgement.blur_px,
            time_s=track.time_s,
            height_sd_c=height_sd_c,
        )
        record.add(reading, judgement, sample, track.time_s)
        return ()

    def _height_c(self, reading: Reading, size: float) -> tuple[float, float | None]:
        """Return how high the hot spot is, and how well that is known if it was measured.

        Where it is not resolved, it is as high as is usual.
        """
        if not reading.hot_spot:
            return 0.0, None
        if reading.relief_c is None:
            return footprint.HOT_SPOT_C, None
        return footprint.height(size, reading.relief_c, self._netd_k / 2.0)

    def _close(self, track_id: int) -> Visitor | None:
        """Return the last word on whoever a track followed; None when it was no visitor."""
        record = self._records.pop(track_id, None)
        if record is None or record.id is None:
            return None
        report = record.final_report()
        unalarming = report.verdict in {Verdict.CLEAR, Verdict.RECHECK}
        if report.skin_temp_c is not None and unalarming:
            self._population.add(report.skin_temp_c, self._settings.scene.ambient_temp_c)
        return report


def _size(record: VisitorRecord) -> float:
    """Return how many mm a pixel is at somebody: least for the nearest."""
    return record.mm_per_px or 0.0


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def _face(track: Track) -> Face:
    detection = track.detection
    assert detection is not None  # noqa: S101  # seen in this frame
    return Face(detection.box, detection.score, track.id if track.confirmed else None)


def _ffc_due(frame: RadiometricFrame) -> bool:
    return frame.ffc_desired or _ffc_age_s(frame) > FFC_DUE_S


def _ffc_age_s(frame: RadiometricFrame) -> float:
    return 0.0 if frame.ffc_age_s is None else frame.ffc_age_s
