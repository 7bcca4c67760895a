"""Lock a process that does nothing else, and print what held: `python -m service.sandbox worker`.

`worker`, `camera_filter`, `calibrator` and `web` print a lock report, `unlocked` the results of the
same attacks without a lock, each as JSON. `limen doctor` and `limen attest` run it, so does whoever
wants to check.
"""

import socket
import sys

from pydantic import TypeAdapter

from service.sandbox.attempts import AttackResult
from service.sandbox.control import unlocked
from service.sandbox.errors import SandboxError
from service.sandbox.examine import examine
from service.sandbox.profiles import CALIBRATOR, CAMERA_FILTER, WEB, WORKER
from service.sandbox.report import LockReport

REPORT: TypeAdapter[LockReport] = TypeAdapter(LockReport)
RESULTS: TypeAdapter[tuple[AttackResult, ...]] = TypeAdapter(tuple[AttackResult, ...])


def main() -> None:
    """Run."""
    match sys.argv[1:]:
        case ["worker"]:
            print(REPORT.dump_json(examine(WORKER)).decode())  # noqa: T201 - its only purpose
        case ["camera_filter"]:
            print(REPORT.dump_json(examine(CAMERA_FILTER)).decode())  # noqa: T201 - its output
        case ["calibrator"]:
            print(REPORT.dump_json(examine(CALIBRATOR)).decode())  # noqa: T201 - its output
        case ["web"]:
            listener = socket.create_server(("127.0.0.1", 0))
            print(REPORT.dump_json(examine(WEB, [listener.fileno()])).decode())  # noqa: T201 - its output
        case ["unlocked"]:
            print(RESULTS.dump_json(unlocked()).decode())  # noqa: T201 - its output
        case _:
            sys.exit(
                "usage: python -m service.sandbox worker|web|camera_filter|calibrator|unlocked"
            )


if __name__ == "__main__":
    try:
        main()
    except SandboxError as error:
        sys.exit(str(error))
