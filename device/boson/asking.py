"""Asking a Boson who it is, with nothing set in it."""

from device.boson.client import BosonClient
from device.boson.commands import RADIOMETRY_CAPABLE
from device.boson.identity import identify
from device.boson.transport import SerialTransport
from device.info import Answer


def ask(serial_port: str | None, _video_node: str | None) -> Answer:
    """Return what the camera at a serial port says of itself; SensorError when it does not."""
    client = BosonClient(SerialTransport(serial_port or ""))
    try:
        client.drain()
        identity = identify(client)
        radiometric = bool(client.call(RADIOMETRY_CAPABLE))
    finally:
        client.close()
    model = f"{identity.product or 'Boson'} {identity.part}"
    return Answer(model, identity.says(), identity.dossier, radiometric)
