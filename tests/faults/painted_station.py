"""The real station, whose camera and clock break when they are told so.

    python -m tests.faults.painted_station STATE TOLD

TOLD is a descriptor (`tests.faults.told`).
"""

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import service.supervisor.main
from service.ipc.settings import StationSettings
from service.sandbox.launch import Program
from service.sandbox.profiles import Profile
from service.state.settings import SettingsStore
from service.supervisor import programs
from service.supervisor.child import Child
from service.supervisor.config import StationConfig
from tests.faults.chain import SETTINGS
from tests.faults.told import Told

TESTS = Path(__file__).resolve().parents[1]


def main(state: Path, fd: int) -> None:
    """Run it."""
    told = Told(fd)
    real = time.time
    time.time = lambda: real() + told.clock_s

    def child(program: Program, profile: Profile | None, **options: Any) -> Child:
        if program.module == programs.WORKER_MODULE:
            program = replace(
                program,
                module="tests.faults.painted_worker",
                further={"tests": TESTS},
                descriptors=[*program.descriptors, fd],
                environment={**program.environment, "LIMEN_TOLD": str(fd)},
            )
        return Child(program, profile, **options)

    starts = vars(programs)
    assert starts["Child"] is Child, "what the supervisor starts is no longer called Child"
    starts["Child"] = child
    state.mkdir(exist_ok=True)
    settings = StationSettings.of(SETTINGS)
    SettingsStore(state, lambda: settings).save(settings)
    station = service.supervisor.main.Supervisor(
        StationConfig(state=state, port=0, show_output=True)
    )
    sys.stdout.write(f"{station.address}\n")
    sys.stdout.flush()
    station.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
