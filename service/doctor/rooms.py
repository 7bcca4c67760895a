"""All rooms that the doctor looks into."""

from functools import partial
from pathlib import Path

from device.drivers import NAMES, SIMULATED
from service.doctor import cameras, host, lock, names, network, station
from service.doctor.finding import Room
from service.doctor.station import Words

SENSORS = NAMES


def rooms_of_station(state: Path, address: str, words: Words) -> tuple[Room, ...]:
    """Return the rooms of the station itself: what it keeps, and what it says of itself.

    Parameters
    ----------
    state
        Its state folder.
    address
        Of its alert screen, `127.0.0.1:8630`.
    words
        Says of a fault's code what it is and what to do.
    """
    return (
        Room("state folder", partial(station.kept, state)),
        Room("last days", partial(station.happened, state)),
        Room("station", partial(station.says, address, words)),
    )


def rooms(sensor: str | None = None, port: str | None = None) -> tuple[Room, ...]:
    """Return all rooms that are looked into.

    Parameters
    ----------
    sensor
        What the station will run with, one of `SENSORS`; None for any camera.
    port
        Where it is plugged in; None finds it.
    """
    real = sensor != SIMULATED
    return (
        names.ROOM,
        Room("sensor", partial(cameras.look, sensor, port)),
        Room("rights", host.rights),
        Room("swap", host.swap),
        Room("core dumps", host.core_dumps),
        Room("crash lines", host.crash_lines),
        Room("kernel log", host.kernel_log),
        Room("libraries", host.libraries),
        Room("process lock", lock.look),
        Room("network", partial(network.look, real=real)),
    )
