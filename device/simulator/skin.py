"""How warm skin is, where and for whom: spread, fever, cold arrival, breathing.

The means and spreads are our own summary of the afebrile subjects of "Facial and oral temperature
data from a large set of human subject volunteers" (PhysioNet, doi 10.13026/3bhc-9065, CC0 1.0),
FLIR camera, rounds 1 to 3; the response to cold is that of the inner canthus after a change of
surroundings, 0.154 K per K with a time constant of about 95 s.
"""

from dataclasses import dataclass

import numpy as np

from device.simulator.schema import Person, Room

EMISSIVITY = 0.98
CANTHUS_C = 35.70  # hot spot's peak, afebrile, 24 deg C
CANTHUS_SD_K = 0.37
LEFT_RIGHT_SD_K = 0.24
PER_AMBIENT_K = 0.087  # canthus, per K of ambient
AMBIENT_C = 24.0
COLD_TAU_S = 95.0
COLD_PER_K = 0.154  # canthus, per K that the surroundings were colder
FEVER_SLOPES = {"canthus": 1.0, "forehead": 0.85}
HOT_SPOT_SIGMA_MM = 3.4
HOT_SPOT_K = 1.5


@dataclass(frozen=True, slots=True)
class Skin:
    """One person's skin: temperatures in deg C of each region at rest in this room.

    Attributes
    ----------
    cold_k
        How much the canthus was cooler at the moment they came in.
    cold_since_s
        When that was, in scenario time.
    """

    canthus_right_c: float
    canthus_left_c: float
    forehead_c: float
    cheek_c: float
    nose_c: float
    mouth_c: float
    neck_c: float
    cold_k: float
    cold_since_s: float

    def chill_k(self, time_s: float) -> float:
        """How much cooler the canthus is than at rest, at this time."""
        return self.cold_k * float(np.exp(-max(0.0, time_s - self.cold_since_s) / COLD_TAU_S))


def draw(person: Person, room: Room, rng: np.random.Generator) -> Skin:
    """Draw one person's skin; what the scenario fixes is kept."""
    z = rng.normal(size=7)
    usual = CANTHUS_C + PER_AMBIENT_K * (room.ambient_c - AMBIENT_C)
    level = usual + CANTHUS_SD_K * z[0]
    left_right = person.left_right_k
    if left_right is None:
        left_right = float(np.clip(LEFT_RIGHT_SD_K * z[1], -0.5, 0.5))
    top = level if person.canthus_c is None else person.canthus_c
    fever = top - level if person.canthus_c is not None else 0.0
    base = level + FEVER_SLOPES["forehead"] * fever
    outside = room.ambient_c if person.came_from_c is None else person.came_from_c
    return Skin(
        canthus_right_c=float(top - max(left_right, 0.0)),
        canthus_left_c=float(top + min(left_right, 0.0)),
        forehead_c=float(base - 1.2 + 0.45 * z[2]),
        cheek_c=float(base - 2.0 + 0.6 * z[3]),
        nose_c=float(base - 3.0 + 1.1 * z[4]),
        mouth_c=float(base - 0.9 + 0.5 * z[5]),
        neck_c=float(base - 1.3 + 0.5 * z[6]),
        cold_k=COLD_PER_K * max(0.0, room.ambient_c - outside),
        cold_since_s=person.at_s - person.inside_for_s,
    )
