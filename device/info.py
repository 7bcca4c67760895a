"""What a sensor says of itself: numbers and words, no frame and no array."""

from dataclasses import dataclass

from hardware.vetting.decision import SensorSays


@dataclass(frozen=True, slots=True)
class SensorInfo:
    """What a sensor says of itself, read from it when it was opened.

    Attributes
    ----------
    dossier
        Key of the hardware dossier that speaks for this kind of sensor (`boson-plus-640`).
    model, serial, firmware
        As the camera reports them.
    width, height
        Upright image size in pixels.
    frame_rate_hz
        Nominal frame rate in Hz.
    hfov_deg
        Horizontal field of view of the upright image in degrees; None when the lens is unknown.
    netd_k
        Noise-equivalent temperature difference in kelvin (data sheet or scenario).
    noise_walks
        Whether its noise wanders from frame to frame, as a Lepton's does, instead of being white;
        only of a kind of sensor whose frames were measured.
    simulated
        True for everything that is no physical camera; the screen shows it at all times.
    port
        Where it is plugged in (`1-2`, `/dev/ttyACM0`), or the file's name; empty when neither.
    """

    dossier: str
    model: str
    serial: str
    firmware: str
    width: int
    height: int
    frame_rate_hz: float
    hfov_deg: float | None
    netd_k: float
    simulated: bool
    port: str = ""
    noise_walks: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sensor answers when it is asked who it is, with nothing set in it and no frame taken.

    Attributes
    ----------
    model
        In words, for a person.
    says
        What the register compares.
    dossier
        Key of the hardware dossier that speaks for it.
    radiometric
        Whether it can send temperatures at all.
    """

    model: str
    says: SensorSays
    dossier: str
    radiometric: bool
