"""One person who came to be screened: what was seen of them, and what follows from it."""

from collections import Counter
from dataclasses import replace
from typing import Final

from screening.measuring.correction import Budget, Correction
from screening.measuring.estimate import BEST, BestFrames, Fused, Sample
from screening.measuring.measure import Reading, mm_per_px
from screening.measuring.quality import MAX_YAW, Judgement, turned
from screening.result import Box, Reason, Verdict, Visitor
from screening.settings import Settings, Site
from screening.visitors.decision import Evidence, Ruling, decide
from screening.visitors.population import Population
from screening.visitors.tracking import Track

ZONE_FRAMES: Final = 4  # in the measuring zone, to have come on purpose
SOMEBODY_FRAMES: Final = 3  # in which a box holds something else than the furniture behind it
UNSURE_S: Final = 0.5  # or for so long, where that is not sure
STIRRED_FRAMES: Final = 2  # in which something moves: what never did is no person
WAIT_S: Final = 2.0  # or stand before it for so long and look into the camera
NEAR: Final = 1.6  # how far before the zone people may stand and wait, in its depths
WAITING_SPEED: Final = 0.6  # of a face, in face sizes per second
STOPPED_S: Final = 0.5  # before the zone, until asked to come closer
PROFILE_DEG: Final = 40.0  # turned aside so far, nobody looks into the camera
GAP_S: Final = 0.6  # out of sight for longer, and it need not be the same person
SIZE_SHARE: Final = 0.2  # how fast the size of a pixel at a face follows new frames
STEADY_FRAMES: Final = 3  # in which a changed verdict must last
ANOTHER_C: Final = 0.8  # one face's readings stay within it of one another, while it faces us
ANOTHER_FRAMES: Final = 4
LEAVING_FRAMES: Final = 2 * BEST  # whoever was measured in more of them had come
DOUBT_SHARE: Final = 0.35  # of the usable frames in which a doubt shows
# What visitors can put right themselves: asked for first, and measured anew once it is gone.
MENDABLE: Final = frozenset({Reason.GLASSES, Reason.COVERED})
MENDED_S: Final = 1.0  # without it in any usable frame


class VisitorRecord:
    """Grows with every frame of one track.

    Parameters
    ----------
    first_frame
        Sequence of the first frame of the track.
    radians_per_px
        Of the lens; None where it is not known (then nobody is too far by metres).
    """

    def __init__(self, first_frame: int, box: Box, radians_per_px: float | None = None) -> None:
        self.id: int | None = None  # given when it turns out to be a visitor
        self.first_frame = first_frame
        self.last_frame = first_frame
        self.box = self._first_box = box
        self.distance_m: float | None = None
        self.mm_per_px: float | None = None
        self._radians_per_px = radians_per_px
        self._zone_frames = 0
        self._waited_s = self._unsure_s = 0.0
        self._somebody = self._stirred = 0  # frames
        self.obstacles: tuple[Reason, ...] = ()  # of the last frame
        self._hindrances: Counter[Reason] = Counter()
        self.sample: Sample | None = None  # of the last frame, if it gave one
        self._before: Visitor | None = None  # the last word before a gap
        self._begin()

    def _begin(self) -> None:
        self.verdict: Verdict | None = None
        self._verdict_s = 0.0  # when it was given
        self._read_s = 0.0  # when a frame was read last
        self._wanted: Verdict | None = None
        self._provisional: Ruling | None = None
        self._lasted = 0
        self.reasons: tuple[Reason, ...] = ()
        self.fused: Fused | None = None
        self.skin_c: float | None = None
        self.budget: Budget | None = None
        self.site: Site | None = None
        self._best = {Site.CANTHUS: BestFrames(), Site.FACE_MAXIMUM: BestFrames()}
        self._doubts: Counter[Reason] = Counter()
        self._usable = 0
        self._early = 0  # usable frames before it was known that somebody came
        self._in_the_way_s: float | None = None  # when something mendable was seen last
        self._unmended: Visitor | None = None  # the last word with it
        self._another: list[tuple[Sample, float]] = []  # readings that may be of somebody else

    def begin_again(self) -> None:
        """Start afresh after a gap: it may be the next person who stands in the same place.

        So nobody lives on somebody else's `clear`; the final word is the graver of all parts.
        """
        word = self._so_far()
        if word.verdict is not None:
            self._before = _graver(self._before, word)
        self._begin()

    def see(self, track: Track, sequence: int, farthest_m: float) -> None:
        """Take in where the face is in a frame, how large and how far, before it is measured.

        Parameters
        ----------
        track
            Of this face, seen in this frame.
        farthest_m
            To where the measuring zone reaches.
        """
        detection = track.detection
        assert detection is not None  # noqa: S101  # seen in this frame
        if track.gap_s > GAP_S:
            self.begin_again()
        if track.leaving:
            self._leave()
        self.last_frame = sequence
        self.sample = None
        self.box = detection.box
        size = mm_per_px(detection)
        before = self.mm_per_px
        self.mm_per_px = size if before is None else before + SIZE_SHARE * (size - before)
        if self._radians_per_px is not None:
            self.distance_m = self.mm_per_px / (1000.0 * self._radians_per_px)
        still = track.speed_px_s < WAITING_SPEED * track.size_px
        faces = turned(detection) < MAX_YAW and abs(detection.yaw_deg or 0.0) < PROFILE_DEG
        if self.distance_m is None or self.distance_m <= farthest_m:
            # a profile on its way is somebody who passes, or whoever was screened and walks on
            self._zone_frames += (faces or still) and not track.leaving
        elif self.distance_m <= NEAR * farthest_m:
            self._waited_s += track.gap_s if still and faces else 0.0
            self.obstacles = (Reason.TOO_FAR,)

    def live(self, track: Track, *, somebody: bool, stirs: bool) -> None:
        """Take in what the map of the furniture says of this frame's box.

        Parameters
        ----------
        somebody
            Most of the box is not what stood there before; else that is not sure.
        stirs
            Something in it moves.
        """
        self._stirred += stirs
        if somebody:
            self._somebody += 1
        else:
            self._unsure_s += track.gap_s

    @property
    def lives(self) -> bool:
        """Whether it has moved as people do, and is not what always stood there."""
        sure = self._somebody >= SOMEBODY_FRAMES or self._unsure_s >= UNSURE_S
        return sure and self._stirred >= STIRRED_FRAMES

    def admit(self, number: int) -> bool:
        """Become visitor `number`, unless it is one or no more than a passer-by; say whether."""
        came = self._zone_frames >= ZONE_FRAMES or self._waited_s >= WAIT_S
        if self.id is not None or not (came and self.lives):
            return False
        self.id = number
        self._early = self._usable
        return True

    @property
    def approaching(self) -> bool:
        """Whether somebody has stopped before the zone, to be asked to come closer."""
        return self._waited_s > STOPPED_S

    @property
    def quality(self) -> float:
        """Of the best frame so far."""
        return max(best.best_quality for best in self._best.values())

    def _leave(self) -> None:
        """Note that this face walks away: the few frames that came before may be of its back.

        A verdict that was shown stays.
        """
        if self._usable < LEAVING_FRAMES and self.verdict is None:
            self._begin()

    def hinder(self, reasons: tuple[Reason, ...]) -> None:
        """Note a frame that could not be used, and why."""
        self.obstacles = reasons
        self._hindrances.update(reasons)

    @property
    def mendable(self) -> Reason | None:
        """What keeps this visitor from being cleared and is theirs to put right, if anything."""
        if self.verdict is not Verdict.RECHECK:
            return None
        return next((reason for reason in self.reasons if reason in MENDABLE), None)

    def add(self, reading: Reading, judgement: Judgement, sample: Sample, time_s: float) -> None:
        """Take a usable frame of this moment."""
        if MENDABLE.intersection(judgement.doubtful):
            self._in_the_way_s = time_s
        elif (
            self.mendable is not None
            and self._in_the_way_s is not None
            and time_s - self._in_the_way_s >= MENDED_S
        ):
            before = self._so_far()
            self._begin()
            self._unmended = before
        self.obstacles = judgement.doubtful
        self.sample = sample
        self._read_s = time_s
        self._usable += 1
        self._doubts.update(judgement.doubtful)
        self._best[reading.site].add(sample)
        self._watch_for_another(sample, time_s)

    def _watch_for_another(self, sample: Sample, time_s: float) -> None:
        """Begin again where one reading after the other is not of the face that was judged.

        Who takes somebody's place within half a second is followed by the same track.
        """
        own_c, standard_c = self.skin_c, self.budget.noise_c if self.budget else 0.0
        off_c = 0.0 if own_c is None else sample.corrected_c + sample.footprint_c - own_c
        if self.verdict is None or abs(off_c) < max(ANOTHER_C, 4.0 * standard_c):
            self._another = []
            return
        self._another.append((sample, time_s))
        if len(self._another) < ANOTHER_FRAMES:
            return
        others, site = self._another, self.site or Site.FACE_MAXIMUM
        self.begin_again()
        for other, _ in others:
            self._best[site].add(other)
        self._usable = len(others)
        self.sample, self._read_s = others[-1]

    def conclude(self, correction: Correction, settings: Settings, population: Population) -> None:
        """Say what the frames so far amount to; an alarm is not taken back by later ones."""
        doubts = tuple(r for r, n in self._doubts.items() if n > DOUBT_SHARE * self._usable)
        covered = Reason.GLASSES in doubts or Reason.COVERED in doubts
        self.site, fused = self._fused(covered=covered)
        if fused is None:
            return
        self.fused = fused
        self.skin_c = fused.corrected_c + fused.footprint_c
        self.budget = correction.budget(
            self.skin_c,
            noise_c=fused.noise_c,
            mm_per_px=fused.mm_per_px,
            blur_px=fused.blur_px,
            height_sd_c=fused.height_sd_c,
            stand_in=covered,
        )
        own_c = (self.budget.noise_c**2 + self.budget.footprint_c**2) ** 0.5
        ambient_c = settings.scene.ambient_temp_c
        excess = population.excess(self.skin_c, ambient_c, own_c)
        evidence = Evidence(self.skin_c, self.budget.standard_c, doubts, excess)
        self._adopt(decide(evidence, settings))

    def _fused(self, *, covered: bool) -> tuple[Site, Fused | None]:
        """Return the canthus where it was seen often enough, else the face's maximum."""
        canthus = self._best[Site.CANTHUS].fused()
        maximum = self._best[Site.FACE_MAXIMUM].fused()
        if canthus is None or (covered and maximum is not None):
            return Site.FACE_MAXIMUM, maximum
        return Site.CANTHUS, canthus

    def _enough_for(self, verdict: Verdict) -> bool:
        """Whether there are frames enough to say this first.

        For a second check those count that came after it was known that somebody came: who walks
        up is read better a step nearer, and many a doubt ends.
        """
        if verdict is Verdict.ELEVATED:
            return True
        return self._usable >= BEST + (self._early if verdict is Verdict.RECHECK else 0)

    def _adopt(self, word: Ruling) -> None:
        """Change the verdict only when the new one has lasted; an alarm comes at once.

        Nothing but an alarm is said before there are frames enough.
        """
        verdict, reasons = word
        if self.verdict is Verdict.ELEVATED and verdict is not Verdict.ELEVATED:
            return
        self._provisional = word
        if self.verdict is None and not self._enough_for(verdict):
            return
        self._lasted = self._lasted + 1 if verdict is self._wanted else 1
        self._wanted = verdict
        if (
            self.verdict in {None, verdict}
            or verdict is Verdict.ELEVATED
            or self._lasted >= STEADY_FRAMES
        ):
            self._verdict_s = self._verdict_s if self.verdict is verdict else self._read_s
            self.verdict, self.reasons = verdict, reasons

    def unsay_since(
        self, time_s: float, correction: Correction, settings: Settings, population: Population
    ) -> None:
        """Take back what rests on readings from `time_s` on: the scale was no longer certain.

        A verdict that was given before stands.
        """
        dropped = [best.drop_since(time_s) for best in self._best.values()]
        if not any(dropped) or (self.verdict is not None and self._verdict_s < time_s):
            return
        self.verdict = self._wanted = self._provisional = None
        self.fused = self.skin_c = self.budget = self.site = self.sample = None
        self.reasons, self._lasted = (), 0
        self.conclude(correction, settings, population)

    def final_report(self) -> Visitor:
        """Return how this visitor's screening ended; there is always a verdict."""
        word = self._so_far()
        if word.verdict is None:
            word = replace(word, verdict=Verdict.NO_RESULT)
        return replace(
            _graver(self._before, word), first_frame=self.first_frame, last_frame=self.last_frame
        )

    def _so_far(self) -> Visitor:
        """Return what is known, with the verdict that was held back if there is no other."""
        if self.verdict is None and self._provisional is not None:
            self.verdict, self.reasons = self._provisional
            if self.verdict is Verdict.CLEAR:  # held back for want of frames
                self.verdict, self.reasons = Verdict.RECHECK, (Reason.TOO_FEW_FRAMES,)
        if self.verdict is None and self._unmended is not None:
            return self._unmended
        return self.report()

    def report(self) -> Visitor:
        """Return what is known up to this frame."""
        verdict, reasons = self.verdict, self.reasons
        if verdict is None:
            often = sorted(self._hindrances, key=lambda r: self._hindrances[r], reverse=True)
            common = tuple(often[:2])
            reasons = common or (Reason.TOO_FEW_FRAMES,)
        fused, budget, skin_c = self.fused, self.budget, self.skin_c
        if verdict is Verdict.NO_RESULT:  # a number would be taken for one
            fused = budget = skin_c = None
        return Visitor(
            id=self.id or 0,
            first_frame=self.first_frame,
            last_frame=self.last_frame,
            box=self.box,
            verdict=verdict,
            reasons=reasons,
            skin_temp_c=skin_c,
            expanded_uncertainty_c=budget.expanded_c if budget else None,
            raw_c=fused.raw_c if fused else None,
            reference_corrected_c=fused.corrected_c if fused else None,
            site=self.site.value if fused and self.site else None,
            mm_per_px=fused.mm_per_px if fused else self.mm_per_px,
            quality=self.quality,
            frame_c=self.sample.corrected_c + self.sample.footprint_c if self.sample else None,
            frame_quality=self.sample.quality if self.sample else 0.0,
            first_box=self._first_box,
        )


_GRAVITY: Final = (None, Verdict.NO_RESULT, Verdict.CLEAR, Verdict.RECHECK, Verdict.ELEVATED)


def _graver(before: Visitor | None, now: Visitor) -> Visitor:
    """Return the graver of two words on one visitor; the later one when they agree."""
    if before is None or _GRAVITY.index(now.verdict) >= _GRAVITY.index(before.verdict):
        return now
    return before
