"""The table of docs/explanation/budget.md: how much can get out, computed from the schema."""

from service.ipc.view import KEPT_DAYS
from service.state.budget import (
    PICTURE_BITS,
    Line,
    hours_for_picture,
    per_hour,
    per_hour_of_admin,
    per_second,
)

_HEAD = """# The budget: how much can get out, in the worst case

This page is made from the code by `scripts/pages`; `./check` fails when it is out of date.

Suppose that every library in the worker and in the web process is hostile and wants one thing: to \
get a picture out. The kernel's locks leave it the records and requests that it may send to the \
supervisor. Each has fixed fields, each field a closed list or a bounded number in steps, each \
kind a rate; more, or anything else, ends the process. So the most that can be said is a number, \
and here it is ([`budget.py`](../../service/state/budget.py)). A test speaks at this bound with a \
station's own supervisor and measures what is left on the disk.
"""
_FOOT = """The goal was 64 bit/h. Trail and log keep to it; the counters do not, because sums that \
an institution can use are what the station is asked for.

## The kernel's own log

A process that crashes, or is killed for a forbidden call, can make the kernel write a line with \
addresses and numbers that the process chose. The installed station switches these lines off \
(`debug.exception-trace`, `kernel.seccomp.actions_logged`, in `sysctl.d/60-limen.conf`). There are \
more of the kind, in drivers and for some processors, and a camera has its own words written each \
time it is plugged in: so the whole of it stays in memory, for root to read, and the journal takes \
none of it ([decision 164](../decisions/0164-the-kernel-s-log-of-a-station-is-in-memory-only.md)). \
`limen doctor` says when it is otherwise.

## Across lives

Rates are kept by the supervisor across the lives of a process: one that ends itself and is \
started again is granted no more than one that lives \
([decision 165](../decisions/0165-rates-outlive-the-process-they-bound.md)).

## Not in these numbers

Files are counted as they stand. What was overwritten may survive in free blocks of a disk: of the \
counters and the drift watch up to four older versions an hour, of the attempts at passwords some \
twenty. Encrypt the disk.
"""


def render() -> str:
    """Return the page."""
    hour = sum(line.bits for line in per_hour())
    kept = KEPT_DAYS * 24 * hour
    together = (
        f"Together {hour:.0f} bit/h. A picture of 160 x 120 with 8 bits a pixel is "
        f"{PICTURE_BITS:,} bits: it would take {hours_for_picture():.0f} hours, "
        f"{hours_for_picture() / 24:.0f} days of nothing but sending, and would show as a station "
        "that dies four times an hour and counts visitors whom nobody saw. Most of it are the "
        f"counters, which are erased after {KEPT_DAYS} days: at no time is there more than "
        f"{kept / 8000:.0f} kB.\n"
    )
    parts = [
        _HEAD,
        _table("Heard by the supervisor, for as long as it is shown", "s", per_second()),
        _table("Outlives the process: trail, log, counters, password", "h", per_hour()),
        together,
        _table("Only with an admin's session, or password", "h", per_hour_of_admin()),
        _FOOT,
    ]
    return "\n".join(parts)


def _table(title: str, unit: str, lines: tuple[Line, ...]) -> str:
    rows = [f"| {one.what} | {one.bits:,.0f} | {one.because} |" for one in lines]
    return "\n".join(
        [f"## {title}\n", f"| where | at most, bit/{unit} | made of |", "|---|---|---|", *rows, ""]
    )
