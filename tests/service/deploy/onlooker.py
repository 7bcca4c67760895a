"""What a user sees of the station's processes: names, and how many bytes of their memory.

    python onlooker.py SECONDS

looks several times a second for so long, and prints one JSON object: what was most, by name.
"""

import json
import sys
import time
from pathlib import Path


def bytes_of(path: Path) -> int:
    try:
        return len(path.read_bytes())
    except OSError:
        return 0


def descriptors_of(process: Path) -> int:
    try:
        return len(list((process / "fd").iterdir()))
    except OSError:
        return 0


def pictures_of(process: Path) -> int:
    """How many files of memory, whoever holds them, can be opened by way of a descriptor."""
    try:
        return sum(opens(file) for file in (process / "fd").iterdir())
    except OSError:
        return 0


def opens(file: Path) -> bool:
    """Whether a descriptor is a file of memory that can be opened; False if it is closed by now."""
    try:
        if "memfd" in str(file.readlink()):
            file.open("rb").close()
            return True
    except OSError:
        pass
    return False


def main() -> None:
    most: dict[str, list[int]] = {}
    ends_s = time.monotonic() + float(sys.argv[1])
    while time.monotonic() < ends_s:
        for process in Path("/proc").iterdir():
            if not process.name.isdecimal():
                continue
            try:
                name = (process / "comm").read_text().strip()
            except OSError:
                continue
            most.setdefault("memory files", [0])[0] += pictures_of(process)
            if name.startswith("limen-"):
                seen = most.setdefault(name, [0, 0, 0, 0, 0])
                for place, file in enumerate(("cmdline", "environ", "maps")):
                    seen[place] = max(seen[place], bytes_of(process / file))
                seen[3] = descriptors_of(process)  # at the last look: a start shows their numbers
                seen[4] = max(seen[4], opens(process / "mem"))
        time.sleep(0.2)
    print(json.dumps(most))


if __name__ == "__main__":
    main()
