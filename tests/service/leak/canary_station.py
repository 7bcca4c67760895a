"""The real station, whose worker sees the canary instead of a simulated entrance."""

import sys
from pathlib import Path
from typing import Any

import service.supervisor.main
from service.supervisor.child import Child
from service.supervisor.config import StationConfig


def _child(module: str, *arguments: Any, **options: Any) -> Child:
    if module == "service.worker.main":
        module = "tests.service.leak.canary_worker"
    return Child(module, *arguments, **options)


if __name__ == "__main__":
    starts = vars(service.supervisor.main)
    assert starts["Child"] is Child, "what the supervisor starts is no longer called Child"
    starts["Child"] = _child
    station = service.supervisor.main.Supervisor(StationConfig(state=Path(sys.argv[1]), port=0))
    sys.stderr.write(f"address {station.address}\n")
    sys.stderr.flush()
    station.run()
