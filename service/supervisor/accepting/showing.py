"""What the wizard shows of a calibration: its steps, its chapters, and how the record stands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from service.acceptance.words import Chapter, Conformity
from service.ipc.calibration import ShownCalibration, ShownChapter, ShownStep
from service.ipc.records import SpotSeen, Status
from service.state.acceptance import AcceptanceError
from service.state.calibration import CalibrationStore
from service.supervisor.accepting import decisions, signing, taking, wizard
from service.supervisor.accepting.acceptance import Acceptance
from service.supervisor.accepting.bench import Around, Bench
from service.supervisor.accepting.by_serial import Sweeping
from service.supervisor.accepting.challenging import Challenging
from service.supervisor.accepting.drafting import Drafting


@dataclass(frozen=True, slots=True)
class Now:
    """What the station sees and does just now.

    Attributes
    ----------
    sensor, locked
        Whether a sensor is open, in a locked process.
    status, spot
        What the worker said last; None when nothing.
    settles
        Whether what runs waits for a sensor that corrects itself or settles.
    """

    sensor: bool
    locked: bool
    status: Status | None
    spot: SpotSeen | None
    settles: bool = False

    @property
    def reference_found(self) -> bool:
        """Whether the reference is seen."""
        return self.status is not None and self.status.reference_found


class Showing:
    """Reads what the others know, and changes nothing.

    Parameters
    ----------
    store
        Holds draft and records.
    drafting, challenging, sweeping
        What is measured, and what runs.
    acceptance
        What is in force.
    bench, around
        The station.
    today
        The day, UTC.
    """

    def __init__(
        self,
        store: CalibrationStore,
        drafting: Drafting,
        challenging: Challenging,
        sweeping: Sweeping,
        acceptance: Acceptance,
        bench: Bench,
        around: Around,
        today: Callable[[], date],
    ) -> None:
        self._store = store
        self._drafting = drafting
        self._challenging = challenging
        self._sweeping = sweeping
        self._acceptance = acceptance
        self._bench = bench
        self._around = around
        self._today = today
        self._signed: tuple[tuple[str, ...], str] = ((), "")

    def shown(self, now: Now) -> ShownCalibration:
        """Return all that the wizard shows, but one chapter."""
        draft, standing, spot = self._drafting.draft, self._acceptance.shown(), now.spot
        digest = path = problem = ""
        signers: tuple[str, ...] = ()
        if draft.record:
            path = str(self._store.records / draft.record)
            try:
                data, signers, problem = signing.signatures(
                    self._store, draft.record, self._around.own, self._today()
                )
                digest = sha256(data).hexdigest()
            except AcceptanceError as error:
                problem = str(error)
        self._signed = signers, problem
        return ShownCalibration(
            notes=draft.notes,
            ticks=draft.ticks,
            steps=self.steps(now, digest),
            chapters=tuple(map(self._chapter, Chapter)),
            begun=draft.begun,
            causes=standing.causes,
            until=standing.until,
            screen_unaccepted=self._acceptance.screen_unaccepted,
            challenge=self._challenging.stands,
            reference_found=now.reference_found,
            raw_c=spot.raw_c if spot else None,
            surface_c=spot.surface_c if spot else None,
            noise_k=spot.noise_k if spot else None,
            mm_per_px=spot.mm_per_px if spot else None,
            look=bool(spot and spot.look),
            readings=self._bench.readings(),
            waiting_first=draft.waiting_first_c is not None,
            may_sign=tuple(key.name for key in signing.keys(self._around.own, self._today())),
            record_sha256=digest,
            record_path=path,
            signers=signers,
            signing_problem=problem,
            problem=self._drafting.problem or self._acceptance.problem,
            review=decisions.review_of(self._acceptance),
            settles=now.settles,
            calibrator=self._sweeping.shown(),
            challenge_by_c=self._challenging.by_c,
            challenge_moved_c=self._challenging.moved_c,
        )

    def steps(self, now: Now, digest: str = "") -> tuple[ShownStep, ...]:
        """Return every step with what it needs.

        Parameters
        ----------
        digest
            SHA-256 of the closed record; empty while there is none.
        """
        draft, in_force = self._drafting.draft, self._acceptance.in_force
        accepted = None if in_force is None else in_force.accepted
        signers, problem = self._signed
        return wizard.steps(
            wizard.Standing(
                sensor=now.sensor,
                locked=now.locked,
                reference_found=now.reference_found,
                mm_per_px=now.spot.mm_per_px if now.spot else None,
                settings=self._bench.settings(),
                notes=draft.notes,
                ticks=draft.ticks,
                chapters={one: self._drafting.verdict(one).conformity for one in Chapter},
                repeat=draft.repeat,
                changed=self._drafting.changed,
                proven=self._drafting.proven,
                holds=self._bench.shape_holds(),
                today=self._today(),
                review=decisions.review_of(self._acceptance),
                closed=bool(draft.record),
                signed=bool(draft.record) and not problem and len(signers) >= signing.SIGNERS,
                in_force=bool(digest)
                and accepted is not None
                and accepted.record_sha256 == digest
                and self._acceptance.shown().accepted,
            )
        )

    def _chapter(self, chapter: Chapter) -> ShownChapter:
        draft = self._drafting.draft
        have, need, left_s = taking.progress(draft.measured, chapter)
        repeat = chapter in draft.repeat or chapter in self._drafting.changed
        stands = self._drafting.verdict(chapter).conformity
        return ShownChapter(
            chapter,
            Conformity.NOT_MEASURED if repeat else stands,
            running=draft.running is chapter
            or (chapter is Chapter.ACCURACY and self._sweeping.active),
            have=have,
            need=need,
            left_s=left_s,
            repeat=repeat,
        )
