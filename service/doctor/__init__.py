"""Is this box fit? Small checks, each with a sentence and, where something is missing, a remedy.

Each room has a module with one function that yields findings; `rooms` names them all. A new one is
one line there.
"""

from functools import partial

from device.drivers import NAMES, SIMULATED
from service.doctor import cameras, host, lock, network
from service.doctor.finding import Examination, Finding, Level, Room, examine

__all__ = ["SENSORS", "Examination", "Finding", "Level", "examine", "rooms"]

SENSORS = NAMES


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
        Room("sensor", partial(cameras.look, sensor, port)),
        Room("rights", host.rights),
        Room("swap", host.swap),
        Room("core dumps", host.core_dumps),
        Room("libraries", host.libraries),
        Room("process lock", lock.look),
        Room("network", partial(network.look, real=real)),
    )
