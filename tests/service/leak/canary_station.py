"""The real station, whose worker sees the canary instead of a simulated entrance."""

import sys
from pathlib import Path

import service.supervisor.main
from service.supervisor.config import StationConfig

_Child = service.supervisor.main.Child


def _child(module: str, *arguments: object, **options: object) -> object:
    if module == "service.worker.main":
        module = "tests.service.leak.canary_worker"
    return _Child(module, *arguments, **options)


if __name__ == "__main__":
    service.supervisor.main.Child = _child
    station = service.supervisor.main.Supervisor(StationConfig(state=Path(sys.argv[1]), port=0))
    sys.stderr.write(f"address {station.address}\n")
    sys.stderr.flush()
    station.run()
