"""The real worker, or the real web process, with a hostile library inside; in the real lock.

LIMEN_VARIANT   which of `tests.service.leak.hostile`; empty: none
LIMEN_ACTED     descriptor to which its name is written, once it has acted
LIMEN_PLACE     `worker` or `web`
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterator

import service.web.__main__
import service.web.hub
import service.worker.main
from device.errors import SensorLost
from device.frame import RadiometricFrame
from tests.service.leak.canary import canary
from tests.service.leak.canary_worker import CanarySensor
from tests.service.leak.hostile import WEB, WORKER, Cell

LIVES_S = 1.0
SETTLED_FRAMES = 8
_VARIANT = os.environ.get("LIMEN_VARIANT", "")
_ACTED = int(os.environ["LIMEN_ACTED"])


def _channel() -> int:
    return int(sys.argv[sys.argv.index("--channel") + 1])


def _acted() -> None:
    os.write(_ACTED, f"{os.environ['LIMEN_PLACE']} {_VARIANT}\n".encode())


class HostileSensor(CanarySensor):
    """Shows the canary, and lets the hostile library have every frame."""

    def frames(self) -> Iterator[RadiometricFrame]:
        """Yield canaries until the time of the variant is over."""
        cell, began = Cell(_channel()), time.monotonic()
        for number, frame in enumerate(super().frames()):
            yield frame
            if not _VARIANT or number < SETTLED_FRAMES:
                continue
            if number == SETTLED_FRAMES:
                _acted()
            WORKER[_VARIANT](frame.counts, cell)
            cell.frames += 1
            if time.monotonic() - began > LIVES_S:
                raise SensorLost("The hostile library has had its time.", "Start the next one.")


async def haunt(hub: service.web.hub.Hub) -> None:
    """Let the hostile library have the picture ten times a second."""
    cell, counts = Cell(_channel()), canary()
    await asyncio.sleep(1.0)
    _acted()
    until = time.monotonic() + LIVES_S
    while time.monotonic() < until:
        WEB[_VARIANT](counts, cell)
        cell.frames += 1
        await asyncio.sleep(0.1)
    os._exit(0)


class HauntedHub(service.web.hub.Hub):
    """The real hub, in company."""

    async def run(self) -> None:
        """Serve, and be haunted."""
        self._haunted = asyncio.ensure_future(haunt(self))
        await super().run()


if __name__ == "__main__":
    if os.environ["LIMEN_PLACE"] == "worker":
        worker = vars(service.worker.main)
        assert "open_simulated" in worker, "the worker calls it otherwise now"
        worker["open_simulated"] = lambda *_a, **_k: HostileSensor("")
        service.worker.main.main()
    else:
        web = vars(service.web.__main__)
        assert web["Hub"] is service.web.hub.Hub, "the web process calls it otherwise now"
        if _VARIANT:
            web["Hub"] = HauntedHub
        service.web.__main__.main()
