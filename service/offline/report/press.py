"""The process that prints: it locks itself, then loads typst, reads one task, writes one PDF.

It may read the interpreter's own files, the packages and this folder, and nothing else; it writes
no file, opens no socket and starts no program. Input and output are two pipes.
"""

import errno
import json
import resource
import sys
from pathlib import Path

from service.sandbox import confine, landlock, seccomp
from service.sandbox.seccomp import ALLOW, Rule, fail_with
from service.sandbox.syscalls import this_machine

FOLDER = Path(__file__).parent
MAX_TASK_BYTES = 16 * 2**20
_SECONDS = 60
_MEMORY_BYTES = 4 * 2**30
# what a hostile library would want first; files and TCP are Landlock's
_DENIED = (
    "socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg execve execveat"
    " fork vfork ptrace process_vm_readv process_vm_writev kill tkill tgkill mount umount2 bpf"
    " perf_event_open io_uring_setup keyctl add_key userfaultfd unshare setns pidfd_getfd"
)


def lock() -> None:
    """Lock this process; SandboxError when this computer cannot, and then nothing is printed."""
    landlock.require()
    confine.limit(threads=True, memory_bytes=_MEMORY_BYTES)
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    confine.drop_rights()
    landlock.restrict(_readable())
    rules = [Rule(name, answer=fail_with(errno.EPERM)) for name in _DENIED.split()]
    seccomp.load(seccomp.assemble(rules, ALLOW, this_machine()))


def _readable() -> list[Path]:
    """Return where the interpreter and its packages are, and this folder."""
    places = [FOLDER, Path(sys.base_prefix) / "lib", *map(Path, sys.path)]
    places += [Path("/usr/lib"), Path("/lib"), Path("/etc/ld.so.cache"), Path("/proc/self")]
    places += [Path("/lib64"), Path("/sys/fs/cgroup"), Path("/sys/devices/system/cpu")]
    return [place for place in places if place.exists() and place != Path()]


def main() -> None:
    """Print one record."""
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    lock()
    import typst  # noqa: PLC0415 - after the lock

    task = json.loads(sys.stdin.buffer.read(MAX_TASK_BYTES))
    pdf = typst.compile(
        FOLDER / "template.typ",
        root=FOLDER,
        sys_inputs={"said": task["said"], "record": task["record"]},
        pdf_standards=["a-3a", "ua-1"],
        ignore_system_fonts=True,
        font_paths=[FOLDER / "fonts"],
    )
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
