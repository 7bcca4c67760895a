"""The clinical row: a threshold learnt and tried on people, by cross-validation.

Data: Facial and oral temperature data from a large set of human subject volunteers, PhysioNet,
doi 10.13026/3bhc-9065 (CC0 1.0).
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from screening.settings import Site
from service.offline.bench.data import find
from service.offline.bench.row import Row
from service.offline.clinical_tables import ClinicalRound, read
from service.offline.threshold import Fit, Share, fit

CAMERAS: Final = ("FLIR", "ICI")
FALSE_ALARMS: Final = 0.02
FEBRILE_C: Final = 38.0
AFEBRILE_C: Final = 37.5


def rows() -> Iterator[Row]:
    """Yield the rows; a person counts as one in each camera's table, however often measured.

    Raises
    ------
    DataAbsentError
        When the tables are not on this machine.
    """
    tables = {c: read(find("fever-clinical", f"{c}_group1.csv"), Site.CANTHUS) for c in CAMERAS}
    fits = {f"{c} {one.name}": _fit(one) for c, rounds in tables.items() for one in rounds}
    both = [fits[f"{camera} all"] for camera in CAMERAS]
    # the two cameras saw the same people: their shares are averaged, the people counted once
    caught = Share(
        sum(f.sensitivity.value for f in both) / len(both) * both[0].sensitivity.total,
        both[0].sensitivity.total,
    )
    alarms = float(np.mean([1.0 - f.specificity.value for f in both]))
    worst = min(fits, key=lambda name: fits[name].sensitivity.value)
    yield Row(
        "clinical",
        "clinical, group 1, single round, canthus, oral >= 38, cross-validated at 2 % false alarms",
        f"sensitivity {caught}; false alarms {alarms:.3f}; "
        f"worst round {worst}: {fits[worst].sensitivity}",
        {
            "sensitivity": caught.value,
            "false_alarms": alarms,
            "worst_round": fits[worst].sensitivity.value,
        },
        "sensitivity 0.96", "0.98", "0.84-0.94 at 6-16 %",
        met=caught.value >= 0.96,
    )  # fmt: skip
    for camera in CAMERAS:
        yield _transfer(camera, tables[camera][-1])


def _fit(one: ClinicalRound) -> Fit:
    return fit(
        one.skin_c,
        one.oral_c,
        febrile_c=FEBRILE_C,
        afebrile_c=AFEBRILE_C,
        false_alarms=FALSE_ALARMS,
        person=one.person,
        day=one.day,
    )


def _transfer(camera: str, everybody: ClinicalRound) -> Row:
    """Return what a threshold that the first half of the people chose does to the second half."""
    person, day = everybody.person, everybody.day
    if person is None or day is None:
        raise ValueError(f"the table of the {camera} does not tell people and days")
    early = person < np.median(person)  # subjects are numbered by their date
    chosen = _fit(_only(everybody, early))
    late = ~early & np.isfinite(everybody.skin_c) & (everybody.oral_c < AFEBRILE_C)
    weights = 1.0 / np.bincount(person[late])[person[late]]
    called = everybody.skin_c[late] >= chosen.threshold_c.value
    reached = float(weights[called].sum() / weights.sum())
    low, high = chosen.elsewhere.low, chosen.elsewhere.high
    return Row(
        f"transfer_{camera.lower()}",
        f"false alarms of a threshold on people it was not chosen from, {camera}: chosen on the "
        "first half of the subjects at 2 %, tried on the second half",
        f"{reached:.3f}; promised {chosen.elsewhere.value:.3f} ({low:.3f} to {high:.3f})",
        {"reached": reached, "expected": chosen.elsewhere.value, "low": low, "high": high},
        "inside its interval",
        met=low <= reached <= high,
    )


def _only(one: ClinicalRound, kept: np.ndarray) -> ClinicalRound:
    return ClinicalRound(
        one.name,
        one.skin_c[kept],
        one.oral_c[kept],
        one.ambient_c[kept],
        None if one.person is None else one.person[kept],
        None if one.day is None else one.day[kept],
    )
