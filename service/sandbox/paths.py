"""Where the code of a locked process lies: what it may read, what it may run, how it finds it."""

import site
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2]
_OWN = ("service", "screening", "device", "hardware")
_LOADERS = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1")
_LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib")
# Which processor it is: the inference library chooses its faster instructions by that.
_MACHINE = ("/etc/ld.so.cache", "/proc/cpuinfo", "/sys/devices/system/cpu")


def interpreter() -> Path:
    """Return the Python that runs this process, past every link and virtual environment."""
    return Path(sys._base_executable).resolve()  # type: ignore[attr-defined] # noqa: SLF001


def search_path() -> list[str]:
    """Return where modules are looked for: the library's folders, and no current folder."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    library = {sysconfig.get_path(name) for name in names}
    library |= {str(sysconfig.get_config_var("DESTSHARED")), *site.getsitepackages()}
    return [place for place in sys.path if place in library and Path(place).is_dir()]


def packages(further: Mapping[str, Path]) -> dict[str, Path]:
    """Return the station's own packages, and further ones, with their folders."""
    return {**{name: _PROJECT / name for name in _OWN}, **further}


def readable(further: Mapping[str, Path]) -> tuple[Path, ...]:
    """Return the folders and files that hold code and nothing else."""
    base = sysconfig.get_config_var("LIBDIR") or "/usr/lib"
    places = (*search_path(), base, *_LIBRARIES, *_MACHINE)
    found = [Path(place).resolve() for place in places if Path(place).exists()]
    found += packages(further).values()
    return tuple(dict.fromkeys(found))


def runnable() -> tuple[Path, ...]:
    """Return the interpreter and the loader of programs."""
    return tuple(Path(p).resolve() for p in (interpreter(), *_LOADERS) if Path(p).exists())
