"""All rooms that the doctor looks into."""

from functools import partial

from device.drivers import NAMES, SIMULATED
from service.doctor import cameras, host, lock, names, network
from service.doctor.finding import Room

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
        names.ROOM,
        Room("sensor", partial(cameras.look, sensor, port)),
        Room("rights", host.rights),
        Room("swap", host.swap),
        Room("core dumps", host.core_dumps),
        Room("crash lines", host.crash_lines),
        Room("libraries", host.libraries),
        Room("process lock", lock.look),
        Room("network", partial(network.look, real=real)),
    )
