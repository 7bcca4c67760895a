"""Who the camera is, by its own words."""

from dataclasses import dataclass

from device.boson import commands as c
from device.boson.client import BosonClient
from device.boson.commands import SoftwareRevision
from device.errors import ProtocolError
from device.info import SensorInfo
from hardware.vetting.decision import SensorSays

ARRAYS = {"640": (640, 512), "320": (320, 256)}  # digits of the part number -> width, height
# Letter of the part number -> NETD in kelvin, of the predecessor's data sheet (102-2013-40), which
# is the worse: industrial, professional, consumer grade.
_NETD_K = {"I": 0.04, "P": 0.05, "C": 0.06}
_WORST_NETD_K = 0.06
_SIMULATED = "SIMULATED"


@dataclass(frozen=True, slots=True)
class Identity:
    """What the camera says of itself.

    Attributes
    ----------
    serial, part, product, revision
        As it reports them. A part number reads `20640A032-6IARX`: series, array, lens type,
        horizontal field of view in degrees, frame rate, grade.
    frame_rate_hz
        In Hz.
    """

    serial: int
    part: str
    product: str
    revision: SoftwareRevision
    frame_rate_hz: int

    @property
    def simulated(self) -> bool:
        """Whether it says that it is no physical camera."""
        return _SIMULATED in self.part or _SIMULATED in self.product

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the array in pixels."""
        return ARRAYS[self.part[2:5]]

    @property
    def firmware(self) -> str:
        """Firmware version as text."""
        return ".".join(map(str, self.revision))

    @property
    def dossier(self) -> str:
        """Key of the hardware dossier that speaks for it."""
        return "simulated" if self.simulated else f"boson-plus-{self.size[0]}"

    @property
    def hfov_deg(self) -> float | None:
        """Horizontal field of view in degrees; None for a camera without a lens."""
        digits = self.part[6:9]
        return float(digits) if digits.isdecimal() and int(digits) > 0 else None

    def says(self) -> SensorSays:
        """Return it in the words of the hardware register."""
        return SensorSays(str(self.serial), self.part, self.firmware, self.simulated)

    def info(self, port: str, frame_rate_hz: float) -> SensorInfo:
        """Return it in the words of the station."""
        width, height = self.size
        return SensorInfo(
            dossier=self.dossier,
            model=f"{self.product or 'Boson'} {self.part}",
            serial=str(self.serial),
            firmware=self.firmware,
            width=width,
            height=height,
            frame_rate_hz=frame_rate_hz,
            hfov_deg=self.hfov_deg,
            netd_k=_NETD_K.get(self.part[11:12], _WORST_NETD_K),
            simulated=self.simulated,
            port=port,
        )


def identify(client: BosonClient) -> Identity:
    """Ask the camera who it is.

    Raises
    ------
    ProtocolError
        Something answers, but as no Boson does.
    """
    identity = Identity(
        serial=client.call(c.CAMERA_SERIAL),
        part=client.call(c.CAMERA_PART),
        product=client.call(c.PRODUCT_NAME),
        revision=client.call(c.SOFTWARE_REVISION),
        frame_rate_hz=client.call(c.FRAME_RATE),
    )
    if identity.part[2:5] not in ARRAYS:
        raise ProtocolError(
            f"the camera's part number is {identity.part!r}, expected 640 or 320 in the third to "
            "fifth place.",
            "Use a Boson or Boson+ with 640x512 or 320x256 pixels.",
        )
    return identity
