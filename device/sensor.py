"""What every sensor is to the station: an identity, and a stream of radiometric frames."""

from collections.abc import Iterator
from typing import Protocol, Self, runtime_checkable

from device.frame import RadiometricFrame
from device.info import SensorInfo


@runtime_checkable
class Sensor(Protocol):
    """An open sensor. Opening it (a function beside each driver) has identified and checked it.

    The station opens the sensor, locks its process, and only then asks for frames: from that
    moment a sensor opens no file and no device any more.
    """

    @property
    def info(self) -> SensorInfo:
        """What the sensor said of itself when it was opened."""

    def frames(self) -> Iterator[RadiometricFrame]:
        """Yield frames as they come; each is valid until the next one is asked for.

        Only frames whose radiometry is proven are yielded, frames during an FFC among them
        (marked so), duplicates not. Ends when a recording ends.

        Raises
        ------
        SensorError
            When the sensor is lost, stalls, or can no longer prove what it sends.
        """

    def request_ffc(self) -> None:
        """Ask for a flat-field correction now; it shows in the frames that follow."""

    def rejected(self) -> dict[str, int]:
        """Return how many frames were dropped so far, by reason."""

    def close(self) -> None:
        """Release the sensor and overwrite its buffers with zeros. Closing twice is harmless."""

    def __enter__(self) -> Self:
        """Return the sensor itself."""

    def __exit__(self, *exc_info: object) -> None:
        """Close it."""
