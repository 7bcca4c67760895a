"""The record of an acceptance, made of what was measured, typed and set."""

from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Final

from device.info import SensorInfo
from service.acceptance import chapters, validity
from service.acceptance.budget import Budget, combine
from service.acceptance.record import Conditions, Record, ReferencePaper, Signer, Station
from service.acceptance.rule import acceptable, worst
from service.acceptance.series import Measured
from service.acceptance.station_budget import Found, sources
from service.acceptance.verdict import ChapterVerdict
from service.acceptance.words import Conformity
from service.ipc.calibration import Notes, Paper, Ticks
from service.ipc.settings import StationSettings
from service.state.acceptance import AcceptanceError

_SIMULATED: Final = "0" * 64
Judged = tuple[ChapterVerdict, ...]


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


def budget_of(
    settings: StationSettings, mm_per_px: float, measured: Measured, judged: Judged
) -> Budget:
    """Return the budget of one skin reading at the threshold, with what the chapters found.

    A drift of the acceptance or a difference of the operators stands for what goes unnoticed
    later, as a half-width; the noise is that of the mean of 2 x 2 pixels.
    """
    figures = {one.name: one.value for chapter in judged for one in chapter.figures}

    def found(name: str) -> float:
        return abs(figures.get(name) or 0.0)

    noises = measured.resolution.netd_k if measured.resolution else ()
    plain = settings.plain()
    return combine(
        sources(
            plain,
            Found(
                mm_per_px,
                noise_c=max(noises, default=0.05) / 2.0,
                noise_dof=29,
                uniformity_c=figures.get("uniformity_c"),
                drift_c=found("stability_drift_c"),
                operators_c=found("operators_c"),
            ),
            plain.decision.threshold_c,
        )
    )


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
        budget=budget_of(settings, now.mm_per_px, measured, judged),
        conformity=worst(one.conformity for one in judged),
        threshold_c=settings.decision.threshold_c,
        signers=now.signers,
        valid_until=until,
        valid_because=because,
    )
