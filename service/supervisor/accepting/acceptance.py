"""Whether this station is the one that was accepted, and may screen: asked anew every time.

Nothing here is remembered that could be forgotten: what was accepted is a set of digests, and they
are held against those of the sensor that is open, of the settings in force and of this program.
"""

import json
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from device.info import SensorInfo
from service.ipc.acceptance import Cause, ShownAcceptance
from service.ipc.settings import StationSettings
from service.state.acceptance import AcceptanceError, AcceptanceStore, Accepted, Facts, InForce
from service.supervisor.non_uniformity import fingerprint

WARN_DAYS: Final = 30
MEASURES: Final = ("device", "screening")  # the packages whose code turns counts into verdicts
_OF_CODE: Final = (".py", ".onnx", ".npz", ".toml")


def code_digest() -> str:
    """Return the digest of the program that measures: its code and its networks."""
    whole = sha256()

    def take(folder: Traversable, path: str) -> None:
        for entry in sorted(folder.iterdir(), key=lambda one: one.name):
            here = f"{path}/{entry.name}"
            if entry.is_dir():
                if entry.name not in {"__pycache__", "simulator"}:
                    take(entry, here)
            elif entry.name.endswith(_OF_CODE):
                whole.update(f"{here}\n".encode() + sha256(entry.read_bytes()).digest())

    for package in MEASURES:
        take(files(package), package)
    return whole.hexdigest()


def facts_of(
    sensor: SensorInfo, settings: StationSettings, *, part_number: str, code: str
) -> Facts:
    """Return the digests of a station as it is now.

    Parameters
    ----------
    part_number
        Of the sensor, as it is enrolled: it names the lens. Empty where there is none.
    code
        As `code_digest` returns it.
    """
    shape = settings.uniformity
    references = settings.references
    return Facts(
        sensor=fingerprint(sensor),
        # a simulated sensor's firmware is the film that it shows
        firmware=_digest("" if sensor.simulated else sensor.firmware),
        lens=_digest(part_number, None if shape is None else shape.model_dump(mode="json")),
        place=_digest(settings.scene.distance_m, [(r.mark, r.distance_m) for r in references]),
        reference=_digest([(r.temp_c, r.emissivity, r.expanded_uncertainty_c) for r in references]),
        code=code,
    )


def against(accepted: Accepted | None, facts: Facts | None, today: date) -> tuple[Cause, ...]:
    """Return what stands against an acceptance; empty: it holds.

    Parameters
    ----------
    facts
        Of the station now; None while no sensor is open, of which nothing can be said then.
    """
    if accepted is None:
        return (Cause.NEVER,)
    causes = [Cause.ENDED] if accepted.ended is not None else []
    if facts is not None:
        names = list(Facts.model_fields)
        causes += [
            Cause(name) for name in names if getattr(facts, name) != getattr(accepted.facts, name)
        ]
    if today > accepted.reference_due:
        causes.append(Cause.REFERENCE_DUE)
    elif today > accepted.until:
        causes.append(Cause.EXPIRED)
    if today < accepted.made:
        causes.append(Cause.CLOCK)
    return tuple(causes)


class Acceptance:
    """What is in force at this station, held against what it is now.

    Parameters
    ----------
    store
        Holds the file.
    today
        Gives the day, UTC.

    Attributes
    ----------
    in_force
        As it was saved; None when the file is damaged, and `problem` says so.
    facts
        Of the station now; None while no sensor is open.
    drift
        How the drift watch stands: None, or whether it is past its limits (True) or near (False).
    """

    def __init__(self, store: AcceptanceStore, today: Callable[[], date]) -> None:
        self._store = store
        self._today = today
        self._code = code_digest()
        self._sensor: SensorInfo | None = None
        self._part_number = ""
        self._settings: StationSettings | None = None
        self.in_force: InForce | None = None
        self.problem = ""
        self.facts: Facts | None = None
        self.drift: bool | None = None
        self.read()

    def read(self) -> None:
        """Read what was saved."""
        try:
            self.in_force, self.problem = self._store.load(), ""
        except AcceptanceError as error:
            self.in_force, self.problem = None, str(error)

    def save(self, new: InForce) -> None:
        """Put another one in force.

        Raises
        ------
        AcceptanceError
            When it could not be saved; then the old one stands.
        """
        self._store.save(new)
        self.read()

    def opened(self, sensor: SensorInfo, part_number: str) -> None:
        """Note which sensor is open."""
        self._sensor, self._part_number = sensor, part_number
        self._look()

    def configured(self, settings: StationSettings) -> None:
        """Note the settings in force."""
        self._settings = settings
        self._look()

    def _look(self) -> None:
        if self._sensor is not None and self._settings is not None:
            self.facts = facts_of(
                self._sensor, self._settings, part_number=self._part_number, code=self._code
            )

    @property
    def code(self) -> str:
        """Digest of the program that measures."""
        return self._code

    @property
    def screen_unaccepted(self) -> bool:
        """Whether people are screened without an acceptance; never with a damaged file.

        Where no admin has said, only a simulated sensor screens.
        """
        if self.in_force is None:
            return False
        said = self.in_force.screen_unaccepted
        simulated = self._sensor is not None and self._sensor.simulated
        return simulated if said is None else said

    def shown(self) -> ShownAcceptance:
        """Return how the station stands now."""
        if self.in_force is None:
            return ShownAcceptance(causes=(Cause.DAMAGED,), screens=False)
        accepted, today = self.in_force.accepted, self._today()
        causes = against(accepted, self.facts, today)
        if not causes and self.drift:
            causes = (Cause.DRIFT,)
        until = None if accepted is None else min(accepted.until, accepted.reference_due)
        left = None if until is None or causes else (until - today).days
        review = self.in_force.review_until
        review_left = None if review is None else (review - today).days
        blocked = review_left is not None and review_left < 0 and self.in_force.review_blocks
        if blocked:
            causes = (*causes, Cause.REVIEW)
        return ShownAcceptance(
            causes=causes,
            screens=not blocked and (not causes or self.screen_unaccepted),
            until=until,
            days_left=left if left is not None and left <= WARN_DAYS else None,
            drift_warns=self.drift is False,
            review_left=review_left if review_left is None or review_left <= WARN_DAYS else None,
        )


def _digest(*parts: object) -> str:
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
