"""The filter process: two open descriptors and a kind of camera; it carries until one end is gone.

Only the supervisor starts it, locked (`service.sandbox`). The worker's end it is given; that of the
camera is put in place by an opener once the worker is locked too. It never knows where the camera
is.
"""

import argparse

from device.lepton.commands import Asked
from device.lepton.control import query_node
from service.sandbox.camera_filter.boson import BosonFilter
from service.sandbox.camera_filter.carry import carry_bytes, carry_queries
from service.sandbox.camera_filter.evo_thermal import EvoThermalFilter
from service.sandbox.camera_filter.lepton import LeptonFilter
from service.sandbox.settle import open_camera, settle

KINDS = ("boson", "boson-video", "evo-thermal", "lepton")


def carry(kind: str, worker: int, camera: int) -> None:
    """Carry between a worker and a camera of one of `KINDS`, until one of them hangs up."""
    match kind:
        case "boson":
            carry_bytes(BosonFilter(captures=True), worker, camera)
        case "boson-video":
            carry_bytes(BosonFilter(captures=False), worker, camera)
        case "evo-thermal":
            carry_bytes(EvoThermalFilter(), worker, camera)
        case "lepton":

            def ask(asked: Asked) -> bytes:
                return query_node(camera, asked)

            carry_queries(LeptonFilter(ask), worker)
        case _:
            raise ValueError(f"no filter is called {kind!r}; there are: {', '.join(KINDS)}.")


def main() -> None:
    """Run; only the supervisor starts it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--worker", type=int, required=True)
    options = parser.parse_args()
    settle(camera=True)
    carry(options.kind, options.worker, open_camera())


if __name__ == "__main__":
    main()
