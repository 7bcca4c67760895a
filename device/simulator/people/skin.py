"""How warm skin is, where and for whom: spread, fever, cold arrival, breathing.

Canthus, forehead and mouth, their spreads, correlations, ambient slopes and shift in fever are our
own fit to the 497 complete afebrile and the febrile subjects of "Facial and oral temperature data
from a large set of human subject volunteers" (PhysioNet, doi 10.13026/3bhc-9065, CC0 1.0; FLIR
camera, mean of rounds 1 to 3, residuals after ambient). Cheek, nose and ear follow what the
recordings of entrances show beside the forehead. Hot spots at the canthus spread by half of their
mean height and are skewed as a log-normal is: our own measure of the same tables, maximum minus
mean of a circle of 13 px, in persons' means 47 and 52 % for two cameras. The answer to cold is that
of the inner canthus to a change of surroundings: 0.154 K per K with a time constant of about 95 s.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from device.simulator.scenario.schema import Person, Room

EMISSIVITY = 0.98
AMBIENT_C = 24.0  # that the means below are for
CANTHUS_C, CANTHUS_SD_K, CANTHUS_PER_AMBIENT = 35.60, 0.397, 0.096
LEFT_RIGHT_SD_K = 0.255
HOT_SPOT_K, HOT_SPOT_LOG_SD = 1.5, 0.472  # mean height; so much in its logarithm is half of it
HOT_SPOT_LIMITS_K = (0.4, 4.5)
FOREHEAD_C, FOREHEAD_SD_K, FOREHEAD_PER_AMBIENT, FOREHEAD_CORRELATION = 34.45, 0.578, 0.199, 0.48
MOUTH_C, MOUTH_SD_K, MOUTH_PER_AMBIENT, MOUTH_CORRELATION = 35.42, 0.497, 0.079, 0.56
FEVER_FOREHEAD, FEVER_MOUTH = 0.85, 0.84  # shift per shift of the canthus
COLD_TAU_S = 95.0
COLD_PER_K = 0.154  # canthus, per K that the surroundings were colder
MAX_COLD_K = 2.2  # vessels do not let the canthus cool further
COLD_FACTORS = {  # of other regions, per kelvin at the canthus
    "forehead": 1.9,
    "cheek": 2.2,
    "nose": 3.2,
    "ear": 3.4,
    "mouth": 1.2,
    "neck": 1.4,
}


@dataclass(frozen=True, slots=True)
class Skin:
    """One person's skin: temperatures in deg C of each region at rest in this room.

    Attributes
    ----------
    hot_spot_k, hot_spot_mm
        Height and radius (one sigma) of the hot spot at the inner canthi.
    cold_k
        How much the canthus was cooler at the moment they came in.
    cold_since_s
        When that was, in scenario time.
    sun_k
        As in `Person`.
    breath_phase, breath_hz
        Of breathing, for the nostrils and the mask.
    """

    canthus_right_c: float
    canthus_left_c: float
    forehead_c: float
    cheek_c: float
    nose_c: float
    mouth_c: float
    ear_c: float
    neck_c: float
    hand_c: float
    hot_spot_k: float
    hot_spot_mm: float
    cold_k: float
    cold_since_s: float
    breath_phase: float
    breath_hz: float
    sweat: float
    sun_k: float

    def chill_k(self, time_s: float) -> float:
        """How much cooler the canthus is than at rest, at this time."""
        return self.cold_k * float(np.exp(-max(0.0, time_s - self.cold_since_s) / COLD_TAU_S))

    def breath(self, time_s: float) -> float:
        """Breathing from -1 (in) to 1 (out)."""
        return float(np.sin(2.0 * np.pi * (self.breath_hz * time_s + self.breath_phase)))


def hot_spot_k(z: float) -> float:
    """Return the height of a hot spot that is `z` standard deviations from what is usual.

    Examples
    --------
    >>> [round(hot_spot_k(z), 2) for z in (-2.0, 0.0, 2.0)]
    [0.52, 1.34, 3.45]
    """
    drawn = HOT_SPOT_K * np.exp(HOT_SPOT_LOG_SD * z - HOT_SPOT_LOG_SD**2 / 2.0)
    return float(np.clip(drawn, *HOT_SPOT_LIMITS_K))


def draw(person: Person, room: Room, rng: np.random.Generator) -> Skin:
    """Draw one person's skin; what the scenario fixes is kept."""
    z = rng.standard_normal(10)
    warm = room.ambient_c - AMBIENT_C
    usual = CANTHUS_C + CANTHUS_PER_AMBIENT * warm + CANTHUS_SD_K * z[0]
    top = usual if person.canthus_c is None else person.canthus_c
    # a healthy spread goes with the whole face; what lies beyond is fever
    own = float(np.clip((top - CANTHUS_C) / CANTHUS_SD_K, -2.0, 1.5))
    fever = max(0.0, top - (CANTHUS_C + CANTHUS_PER_AMBIENT * warm + 1.5 * CANTHUS_SD_K))

    def region(mean: float, spread: float, slope: float, correlation: float, own_z: float) -> float:
        rest = np.sqrt(1.0 - correlation**2)
        return float(mean + slope * warm + spread * (correlation * own + rest * own_z))

    forehead = region(FOREHEAD_C, FOREHEAD_SD_K, FOREHEAD_PER_AMBIENT, FOREHEAD_CORRELATION, z[1])
    mouth = region(MOUTH_C, MOUTH_SD_K, MOUTH_PER_AMBIENT, MOUTH_CORRELATION, z[2])
    forehead += FEVER_FOREHEAD * fever - 0.8 * person.sweat
    mouth += FEVER_MOUTH * fever
    left_right = person.left_right_k
    if left_right is None:
        left_right = float(np.clip(LEFT_RIGHT_SD_K * z[3], -0.5, 0.5))
    outside = room.ambient_c if person.came_from_c is None else person.came_from_c
    drawn = Skin(
        canthus_right_c=float(top - max(left_right, 0.0)),
        canthus_left_c=float(top + min(left_right, 0.0)),
        forehead_c=float(forehead),
        cheek_c=float(forehead - 0.40 + 0.45 * z[4] + 0.06 * warm),
        nose_c=float(forehead - 1.6 + 0.8 * z[5] + 0.15 * warm),
        mouth_c=float(min(mouth, top + 0.25)),
        ear_c=float(forehead - 2.0 + 0.9 * z[6] + 0.2 * warm),
        neck_c=float(forehead + 0.1 + 0.4 * z[7]),
        hand_c=float(np.clip(forehead - 2.8 + 1.5 * z[8], room.ambient_c + 2.0, 35.0)),
        hot_spot_k=hot_spot_k(float(z[9])) if person.hot_spot_k is None else person.hot_spot_k,
        hot_spot_mm=person.hot_spot_mm,
        cold_k=min(MAX_COLD_K, COLD_PER_K * max(0.0, room.ambient_c - outside)),
        cold_since_s=person.at_s - person.inside_for_s,
        breath_phase=float(rng.random()),
        breath_hz=float(rng.uniform(0.2, 0.33)),
        sweat=person.sweat,
        sun_k=person.sun_k,
    )
    warmer = {f.name: getattr(drawn, f.name) for f in fields(drawn) if f.name.endswith("_c")}
    return replace(drawn, **{name: value + person.warmer_k for name, value in warmer.items()})
