"""The record of an acceptance, made of what was measured, typed and set."""

from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Final

from device.info import SensorInfo
from service.acceptance import chapters, validity
from service.acceptance.arithmetic import radiance
from service.acceptance.budget import Budget, Distribution, Kind, Source, combine
from service.acceptance.record import Conditions, Record, ReferencePaper, Station
from service.acceptance.rule import acceptable, worst
from service.acceptance.series import Measured
from service.acceptance.words import Conformity
from service.ipc.calibration import Notes, Paper, Ticks
from service.ipc.settings import StationSettings
from service.state.acceptance import AcceptanceError

_SIMULATED: Final = "0" * 64
_HALF_C: Final = 0.5


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


def budget_of(settings: StationSettings, mm_per_px: float, noise_k: float) -> Budget:
    """Return the budget of one skin reading at the threshold, at this station.

    The sources are those of `screening.measuring.correction`, with the same doubts; sensitivities
    follow from the radiance of the band. The noise is that of the mean of 2 x 2 pixels.
    """
    plain = settings.plain()
    doubt, scene = plain.doubt, plain.scene
    skin_c = plain.decision.threshold_c
    reference = plain.references[0]
    rise = radiance(skin_c + _HALF_C) - radiance(skin_c - _HALF_C)

    def over_mirrored(temp_c: float) -> float:
        return (radiance(temp_c) - radiance(scene.reflected_temp_c)) / rise

    away_c = abs(skin_c - reference.temp_c)
    uneven = doubt.uniformity_c if plain.uniformity is None else plain.uniformity.residual_c
    kept = 1.0 / (1.0 + (mm_per_px / 3.4) ** 2 * 0.75)
    normal, b = Distribution.NORMAL, Kind.B
    return combine(
        [
            Source(
                "reference",
                reference.temp_c,
                "degC",
                reference.expanded_uncertainty_c,
                b,
                Distribution.EXPANDED,
                1.0,
            ),
            Source(
                "reference_emissivity",
                reference.emissivity,
                "1",
                doubt.reference_emissivity,
                b,
                normal,
                over_mirrored(reference.temp_c),
            ),
            Source(
                "emissivity",
                scene.emissivity,
                "1",
                doubt.emissivity,
                b,
                normal,
                -over_mirrored(skin_c) / scene.emissivity,
            ),
            Source(
                "reflected",
                scene.reflected_temp_c,
                "degC",
                doubt.reflected_c,
                b,
                normal,
                abs(scene.emissivity - reference.emissivity),
            ),
            Source("gain", 1.0, "1", doubt.gain, b, normal, away_c),
            Source("uniformity", 0.0, "degC", uneven, b, normal, 1.0),
            Source("footprint", 1.0 - kept, "degC", doubt.hot_spot_c, b, normal, 1.0 - kept),
            Source("noise", 0.0, "K", noise_k / 2.0, Kind.A, normal, 1.0, dof=29.0),
        ]
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
    noises = measured.resolution.netd_k if measured.resolution else ()
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
        budget=budget_of(settings, now.mm_per_px, max(noises, default=0.05)),
        conformity=worst(one.conformity for one in judged),
        threshold_c=settings.decision.threshold_c,
        signers=(),
        valid_until=until,
        valid_because=because,
    )
