"""The real station, whose worker sees the canary instead of a simulated entrance."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import service.supervisor.main
from service.sandbox.launch import Program
from service.sandbox.profiles import Profile
from service.supervisor import programs
from service.supervisor.child import Child
from service.supervisor.config import StationConfig

TESTS = Path(__file__).resolve().parents[2]


def _child(program: Program, profile: Profile | None, **options: Any) -> Child:
    if program.module == programs.WORKER_MODULE:
        told = {name: value for name, value in os.environ.items() if name.startswith("LIMEN_")}
        program = replace(
            program,
            module="tests.service.leak.canary_worker",
            further={"tests": TESTS},
            environment={**program.environment, **told},
        )
    return Child(program, profile, **options)


def main() -> None:
    """Run it; with a leak its processes are not locked: locked, the worker would be ended."""
    leaks = bool(os.environ.get("LIMEN_LEAK"))
    starts = vars(programs)
    assert starts["Child"] is Child, "what the supervisor starts is no longer called Child"
    starts["Child"] = _child
    if os.environ.get("LIMEN_ORDINARY"):
        assert "create_frame_memory" in starts, "frames live in other memory now"
        starts["create_frame_memory"] = lambda: None
    config = StationConfig(
        state=Path(sys.argv[1]), port=0, show_output=True, allow_unsandboxed=leaks
    )
    station = Unlocked(config) if leaks else service.supervisor.main.Supervisor(config)
    sys.stderr.write(f"address {station.address}\n")
    sys.stderr.flush()
    station.run()


class Unlocked(service.supervisor.main.Supervisor):
    """A station on a computer that cannot lock processes."""

    def _can_lock(self) -> bool:
        return False


if __name__ == "__main__":
    main()
