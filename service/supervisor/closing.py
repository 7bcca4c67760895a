"""The record of an acceptance, made of what was measured, typed and set."""

from dataclasses import dataclass
from datetime import date
from importlib.metadata import version

from device.info import SensorInfo
from service.acceptance import chapters, validity
from service.acceptance.budget import Budget, combine
from service.acceptance.record import Conditions, Record, ReferencePaper, Signer, Station
from service.acceptance.rule import acceptable, worst
from service.acceptance.series import Measured
from service.acceptance.station_budget import Found, sources
from service.acceptance.words import Chapter, Conformity
from service.ipc.calibration import Notes, Paper, Ticks
from service.ipc.settings import StationSettings
from service.state.acceptance import AcceptanceError


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is neither measured nor typed.

    Attributes
    ----------
    serial_sha256, dossier_sha256, hbom_sha256, code_sha256
        Digests of the sensor's serial number, its dossier, list of parts, and of our code.
    """

    number: int
    today: date
    name: str
    sensor: SensorInfo
    serial_sha256: str
    dossier_sha256: str
    hbom_sha256: str
    code_sha256: str
    mm_per_px: float
    warm_up_s: float
    signers: tuple[Signer, ...]


def paper_of(paper: Paper) -> ReferencePaper:
    """Return the laboratory's paper as the record cites it.

    Raises
    ------
    AcceptanceError
        When something of it is missing.
    """
    numbers = paper.set_point_c, paper.expanded_c, paper.emissivity
    days = paper.issued, paper.due
    if None in numbers or None in days:
        raise AcceptanceError("The paper of the reference is not complete: see its step.")
    assert paper.set_point_c is not None  # noqa: S101 - looked at above, here and below
    assert paper.expanded_c is not None  # noqa: S101
    assert paper.emissivity is not None  # noqa: S101
    assert paper.issued is not None  # noqa: S101
    assert paper.due is not None  # noqa: S101
    return ReferencePaper(
        laboratory=paper.laboratory,
        number=paper.number,
        model=paper.model,
        serial=paper.serial,
        set_point_c=paper.set_point_c,
        expanded_c=paper.expanded_c,
        k=paper.k,
        emissivity=paper.emissivity,
        issued=paper.issued,
        due=paper.due,
        dcc_sha256=paper.dcc_sha256,
    )


def budget_of(settings: StationSettings, measured: Measured, mm_per_px: float) -> Budget:
    """Return the budget of one skin reading at the threshold, at this station."""
    found = Found(
        mm_per_px=mm_per_px,
        uniformity_c=_half(measured, Chapter.UNIFORMITY, "uniformity_c"),
        drift_c=_half(measured, Chapter.STABILITY, "stability_drift_c") or 0.0,
        operators_c=_half(measured, Chapter.PEOPLE, "operators_c") or 0.0,
    )
    return combine(sources(settings.plain(), found, settings.decision.threshold_c))


def _half(measured: Measured, chapter: Chapter, name: str) -> float | None:
    """Return a figure of a chapter as the half-width of what it may be off by."""
    for figure in chapters.judge_chapter(chapter, measured).figures:
        if figure.name == name and figure.value is not None:
            return abs(figure.value)
    return None


def record_of(
    measured: Measured, notes: Notes, ticks: Ticks, settings: StationSettings, now: Circumstances
) -> Record:
    """Return the record as it would be signed.

    Raises
    ------
    AcceptanceError
        When something is missing, or a chapter does not conform.
    """
    judged = chapters.judge(measured)
    if not acceptable(judged):
        missing = ", ".join(
            one.chapter.value.replace("_", " ")
            for one in judged
            if one.conformity in {Conformity.NOT_MEASURED, Conformity.DOES_NOT_CONFORM}
        )
        raise AcceptanceError(f"These chapters are not whole, or do not conform: {missing}.")
    paper = paper_of(notes.paper)
    scene = settings.scene
    until, because = validity.until(now.today, paper.due)
    return Record(
        number=now.number,
        made=now.today,
        station=Station(
            name=now.name,
            place=notes.place,
            dossier=now.sensor.dossier,
            dossier_sha256=now.dossier_sha256,
            hbom_sha256=now.hbom_sha256,
            serial_sha256=now.serial_sha256,
            model=now.sensor.model,
            firmware=now.sensor.firmware,
            software=version("limen"),
            software_sha256=now.code_sha256,
            simulated=now.sensor.simulated,
        ),
        reference=paper,
        conditions=Conditions(
            ambient_c=scene.ambient_temp_c,
            relative_humidity=scene.relative_humidity,
            reflected_c=scene.reflected_temp_c,
            distance_m=scene.distance_m,
            mm_per_px=now.mm_per_px,
            draught=ticks.draught,
            sunlight=ticks.sunlight,
            warm_up_s=now.warm_up_s,
        ),
        measured=measured,
        chapters=judged,
        budget=budget_of(settings, measured, now.mm_per_px),
        conformity=worst(one.conformity for one in judged),
        threshold_c=settings.decision.threshold_c,
        signers=now.signers,
        valid_until=until,
        valid_because=because,
    )
