"""Whether what is marked is the reference: the challenge that runs, by a cover or a set point."""

from collections.abc import Callable

from service.ipc.calibration import Challenge
from service.ipc.records import SpotSeen, Status
from service.state.acceptance import AcceptanceError
from service.supervisor.accepting import basis
from service.supervisor.accepting.acceptance import Acceptance
from service.supervisor.accepting.bench import Aim, Bench
from service.supervisor.accepting.drafting import Drafting
from service.supervisor.accepting.moving import LEAST_C, SetPointChallenge, told_apart_c
from service.supervisor.accepting.trials import ReferenceChallenge


class Challenging:
    """The challenge of one reference; what passes is kept in the draft.

    Parameters
    ----------
    drafting
        Keeps that the reference is proven.
    acceptance
        The facts of the reference that is set.
    bench, aim
        Its settings, and where the worker looks.
    clock
        Monotonic seconds.
    """

    def __init__(
        self,
        drafting: Drafting,
        acceptance: Acceptance,
        bench: Bench,
        aim: Aim,
        clock: Callable[[], float],
    ) -> None:
        self._drafting = drafting
        self._acceptance = acceptance
        self._bench = bench
        self._aim = aim
        self._clock = clock
        self._challenge: ReferenceChallenge | SetPointChallenge = ReferenceChallenge()
        self._of = ""  # mark of the reference that is challenged

    @property
    def moves(self) -> bool:
        """Whether the reference is being set elsewhere."""
        return isinstance(self._challenge, SetPointChallenge) and self._challenge.active

    @property
    def stands(self) -> Challenge:
        """How it stands; what was proven of another reference or mark is nothing."""
        now = self._challenge.stands
        if now in {Challenge.NONE, Challenge.PROVEN}:
            return Challenge.PROVEN if self._drafting.proven else Challenge.NONE
        return now

    @property
    def by_c(self) -> float | None:
        """By how much the reference is set elsewhere; None when it is not."""
        return getattr(self._challenge, "by_c", None)

    @property
    def moved_c(self) -> float | None:
        """By how much it was seen to move; None when nothing moves."""
        return getattr(self._challenge, "moved_c", None)

    def begin(self, status: Status | None, by_c: float | None) -> None:
        """Challenge the reference.

        Parameters
        ----------
        status
            What the station says now.
        by_c
            By how much the reference is set elsewhere; None: it is covered.

        Raises
        ------
        AcceptanceError
            When it cannot be done now; the sentence says why.
        """
        if by_c is None:
            self._challenge = challenge = ReferenceChallenge()
            challenge.begin(self._clock())
            return
        settings = self._bench.settings()
        reference = settings.references[0] if settings and settings.references else None
        if settings is None or reference is None or reference.mark is None:
            raise AcceptanceError("Click the reference in the picture and save, then challenge it.")
        if status is None or not status.reference_found:
            raise AcceptanceError("The reference is not seen yet: wait until it is.")
        least_c = max(LEAST_C, 2.0 * told_apart_c(reference))
        if abs(by_c) < least_c:
            raise AcceptanceError(
                f"Set it elsewhere by {least_c:.2f} deg C at least: less cannot be told from its "
                "uncertainty."
            )
        look = self._aim.at(reference.mark)
        self._of = basis.of_reference(self._acceptance.facts)
        reflected_c = settings.scene.reflected_temp_c
        self._challenge = SetPointChallenge(reference, by_c, reflected_c, look, self._clock())

    def follow(self, status: Status | None) -> None:
        """Follow what the station says."""
        if self._challenge.step(status, self._clock()):
            self._drafting.prove_reference()
        if isinstance(self._challenge, SetPointChallenge):
            if self._of != basis.of_reference(self._acceptance.facts):
                self.drop()  # another reference or mark is set meanwhile
            elif not self._challenge.active and self._aim.look == self._challenge.look:
                self._aim.at(None)

    def spot(self, spot: SpotSeen) -> None:
        """Take what is read at a place, once a second."""
        if isinstance(self._challenge, SetPointChallenge):
            self._challenge.spot(spot, self._clock())

    def drop(self) -> None:
        """End it."""
        if self.moves:
            self._aim.at(None)
        self._challenge = ReferenceChallenge()

    def lost(self) -> None:
        """Note that no sensor is open: a reference that is being set elsewhere is not followed."""
        if self.moves:
            self._challenge = ReferenceChallenge()
