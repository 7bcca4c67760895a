"""The first lines of a locked process, before anything that others have written is imported.

The launcher runs this file with a Python that has looked for nothing: no `site`, no `.pth`, no
environment. It hides its arguments, locks its memory, and then runs the program.
"""

import ctypes
import importlib.util
import json
import os
import runpy
import struct
import sys
from importlib.machinery import ModuleSpec

_PR_SET_NAME, _PR_SET_MM, _PR_SET_MM_MAP = 15, 35, 14
_MCL_CURRENT_FUTURE_ONFAULT = 1 | 2 | 4


class _Packages:
    """Finds the station's packages, and nothing else of the folder in which they lie."""

    def __init__(self, folders: dict[str, str]) -> None:
        self._folders = folders

    def find_spec(
        self, name: str, _path: object = None, _target: object = None
    ) -> ModuleSpec | None:
        folder = self._folders.get(name)
        if folder is None:
            return None
        first = f"{folder}/__init__.py"
        if not os.path.exists(first):  # noqa: PTH110 - nothing more is imported than must be
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [folder]
            return spec
        return importlib.util.spec_from_file_location(
            name, first, submodule_search_locations=[folder]
        )


def _kernel(name: str, *arguments: object) -> None:
    """Ask the kernel; the judge finds out when it said no."""
    getattr(ctypes.CDLL(None), name)(*arguments)


def hide_arguments() -> None:
    """Let /proc/PID/cmdline and environ be empty: both show this process's memory to others."""
    sbrk = ctypes.CDLL(None).sbrk
    sbrk.restype = ctypes.c_void_p
    here = sbrk(0)
    # struct prctl_mm_map: eleven addresses, of which only the break means anything to the kernel,
    # then no auxiliary vector, and the executable as it is.
    code = (here - 1, here)  # must not be empty
    described = struct.pack("=11QQIi", *code, *[here] * 9, 0, 0, -1)
    size = ctypes.c_ulong(len(described))
    _kernel("prctl", _PR_SET_MM, _PR_SET_MM_MAP, described, size, ctypes.c_ulong(0))


def main() -> None:
    """Become the program."""
    told = json.loads(sys.argv[1])
    hide_arguments()
    _kernel("prctl", _PR_SET_NAME, told["name"].encode(), 0, 0, 0)
    _kernel("mlockall", _MCL_CURRENT_FUTURE_ONFAULT)
    os.environ.update(told["environment"])
    sys.path[:] = told["path"]
    sys.meta_path.insert(0, _Packages(told["packages"]))
    sys.argv[:] = [told["module"], *told["arguments"]]
    runpy.run_module(told["module"], run_name="__main__", alter_sys=True)


main()
