"""The telemetry under every Lepton frame, as a table of words.

A PureThermal board sends 122 rows of 160 words. The last two rows hold four telemetry rows of 80
words each, A to D, so that word `n` of row C is word 160 + n of the two rows laid end to end:

    row 120:  A (words 0-79)    | B (words 80-159)
    row 121:  C (words 160-239) | D (reserved)

Values of two words have the low word first.

Source: FLIR Lepton Engineering Datasheet, 500-0659-00-09 rev 203, section "Telemetry Modes".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.frame import FfcState

WIDTH, HEIGHT, ROWS = 160, 120, 2  # ROWS of telemetry come after HEIGHT rows of picture
WORDS = 240  # that have a meaning


@dataclass(frozen=True, slots=True)
class Word:
    """Where a value lies.

    Attributes
    ----------
    at
        Number of its first word.
    size
        How many words it takes.
    """

    at: int
    size: int = 1


# name of a field of `Telemetry` -> where it lies
TABLE: dict[str, Word] = {
    "revision": Word(0),  # of this layout: major in the high byte, minor in the low
    "uptime_ms": Word(1, 2),
    "status": Word(3, 2),  # bits below
    "serial": Word(5, 8),  # of the module
    "software": Word(13, 4),
    "counter": Word(20, 2),  # of frames since power-up
    "fpa_kelvin_100": Word(24),  # FPA temperature, K x 100
    "housing_kelvin_100": Word(26),
    "ffc_fpa_kelvin_100": Word(29),  # FPA temperature at the last FFC
    "ffc_uptime_ms": Word(30, 2),  # uptime at the last FFC
    "emissivity_8192": Word(99),  # what the camera itself corrects for; 8192 means 1.0
    "atmosphere_8192": Word(101),  # transmission of the air
    "window_8192": Word(103),  # transmission of a window
    "reflection_8192": Word(104),  # of that window
    "gain_mode": Word(165),  # 0 high, 1 low, 2 automatic
    "effective_gain": Word(166),  # 0 high, 1 low
    "tlinear": Word(208),  # 1 on
    "resolution": Word(209),  # 0: 0.1 K per count, 1: 0.01 K
}

FFC_DESIRED = 1 << 3
FFC_STATE_SHIFT = 4  # two bits: 0 never, 1 imminent, 2 in progress, 3 complete
AGC_ON = 1 << 12
SHUTTER_LOCKOUT = 1 << 15
OVER_TEMPERATURE = 1 << 20  # the camera shuts down within 10 s
_FFC_STATES = (FfcState.NEVER, FfcState.IMMINENT, FfcState.IN_PROGRESS, FfcState.COMPLETE)
NEUTRAL = 8192  # 1.0 in the camera's own scene parameters


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What the camera says of one frame; the fields are those of `TABLE`."""

    revision: int
    uptime_ms: int
    status: int
    serial: int
    software: int
    counter: int
    fpa_kelvin_100: int
    housing_kelvin_100: int
    ffc_fpa_kelvin_100: int
    ffc_uptime_ms: int
    emissivity_8192: int
    atmosphere_8192: int
    window_8192: int
    reflection_8192: int
    gain_mode: int
    effective_gain: int
    tlinear: int
    resolution: int

    @property
    def ffc(self) -> FfcState:
        """State of the FFC."""
        return _FFC_STATES[self.status >> FFC_STATE_SHIFT & 3]

    @property
    def ffc_age_s(self) -> float | None:
        """Seconds since the last FFC; None when there was none since power-up."""
        if self.ffc is FfcState.NEVER:
            return None
        age_ms = (self.uptime_ms - self.ffc_uptime_ms) % (1 << 32)  # wraps after 49.7 days
        return age_ms / 1000.0 if age_ms < 1 << 31 else 0.0  # else the FFC is ahead of the frame

    @property
    def identity(self) -> tuple[int, int, int]:
        """What never changes from frame to frame of one camera."""
        return self.revision, self.serial, self.software

    @property
    def kelvin_per_count(self) -> float:
        """Resolution of the counts, in kelvin."""
        return 0.01 if self.resolution == 1 else 0.1


def decode(words: NDArray[np.uint16]) -> Telemetry:
    """Read telemetry from its words.

    Parameters
    ----------
    words
        `(n,) uint16` with n >= 240, or the two rows `(2, 160) uint16`.
    """
    data = words.ravel().astype("<u2").tobytes()
    return Telemetry(
        **{
            name: int.from_bytes(data[2 * word.at : 2 * (word.at + word.size)], "little")
            for name, word in TABLE.items()
        }
    )


def encode(telemetry: Telemetry, words: NDArray[np.uint16]) -> None:
    """Write telemetry into its words, shaped as in `decode`; the other words stay as they are."""
    flat = words.reshape(-1)
    for name, word in TABLE.items():
        raw = int(getattr(telemetry, name)).to_bytes(2 * word.size, "little")
        flat[word.at : word.at + word.size] = np.frombuffer(raw, "<u2")
