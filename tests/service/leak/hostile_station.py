"""The real station, in which every worker and every web process has another hostile library.

    python -m tests.service.leak.hostile_station STATE ACTED

ACTED is a descriptor: each variant that acted writes its name there. They take turns for ever.
"""

import sys
from dataclasses import replace
from itertools import chain, cycle
from pathlib import Path
from typing import Any

import service.supervisor.main
from service.sandbox.launch import Program
from service.sandbox.profiles import Profile
from service.supervisor import programs
from service.supervisor.child import Child
from service.supervisor.config import StationConfig
from tests.service.leak.hostile import IN_WEB, IN_WORKER

TESTS = Path(__file__).resolve().parents[2]
TURNS = {
    "worker": cycle(IN_WORKER),
    "web": chain([""], cycle(IN_WEB)),
}  # the first web process is honest


def _child(program: Program, profile: Profile | None, **options: Any) -> Child:
    place = "worker" if program.module == programs.WORKER_MODULE else "web"
    acted = int(sys.argv[2])
    told = {
        "LIMEN_PLACE": place,
        "LIMEN_VARIANT": next(TURNS[place]),
        "LIMEN_ACTED": str(acted),
    }
    program = replace(
        program,
        module="tests.service.leak.hostile_worker",
        further={"tests": TESTS},
        descriptors=[*program.descriptors, acted],
        environment={**program.environment, **told},
    )
    return Child(program, profile, **options)


if __name__ == "__main__":
    starts = vars(programs)
    assert starts["Child"] is Child, "what the supervisor starts is no longer called Child"
    starts["Child"] = _child
    station = service.supervisor.main.Supervisor(StationConfig(state=Path(sys.argv[1]), port=0))
    sys.stderr.write(f"address {station.address}\n")
    sys.stderr.flush()
    station.run()
