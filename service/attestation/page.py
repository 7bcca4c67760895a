"""The attestation as a page of plain text, to be printed and filed."""

from collections.abc import Iterator
from hashlib import sha256
from textwrap import wrap

from service.attestation.station import Attestation
from service.sandbox.attempts import Outcome
from service.state.audit_trail import HEAD_DIGITS, plain

_COLUMNS = 96


def printed(made: Attestation, envelope: bytes) -> str:
    """Return the attestation as a page of plain text, to be printed and filed."""
    reached = sum(result.outcome is Outcome.GOT_THROUGH for result in made.unlocked)
    told = "holds" if made.holds else "DOES NOT HOLD"
    software = ", ".join(f"{name} {number}" for name, number in made.versions)
    lines = [
        "PRIVACY ATTESTATION OF A LIMEN STATION",
        "",
        f"Made at      {made.at}",
        f"Station      {made.station}",
        f"Result       {told}",
        f"Audit trail  {made.audit_entries} entries, head {made.audit_head[:HEAD_DIGITS]}",
        f"Kernel       Linux {made.kernel} on {made.machine}",
        *wrap(f"Software     {software}", _COLUMNS, subsequent_indent=" " * 13),
        f"Code         {made.code_sha256}",
        f"Register     {made.register_sha256}",
        "Services     "
        + (
            ", ".join(f"{u.unit} {u.exposure}" for u in made.units if u.unit.endswith(".service"))
            or "not installed here"
        ),
        "",
        *_faults(made),
        *_live(made),
        (
            f"  code      {made.installed.packages} packages, {made.installed.files} files, "
            f"{made.installed.compiled} compiled ones compared"
        ),
        "",
        f"Without a lock {reached} of {len(made.unlocked)} attacks get through. With the lock:",
    ]
    for report in (made.worker, made.web):
        denied = sum(result.outcome is Outcome.DENIED for result in report.attacks)
        lines.append(
            f"  {report.process:7} {denied} of {len(report.attacks)} denied; filter "
            f"{report.filter_sha256[:16]}, Landlock {report.landlock_abi}, memory "
            f"{'locked' if report.memory_locked else 'not locked'}"
        )
    lines += ["", f"{'Attack':42}{'without':22}{'worker':12}{'web':12}"]
    tables = [{result.name: result for result in r.attacks} for r in (made.worker, made.web)]
    for result in made.unlocked:
        locked = [
            table[result.name].outcome.value if result.name in table else "-" for table in tables
        ]
        columns = "".join(f"{word.replace('_', ' '):12}" for word in locked)
        lines.append(f"{result.name[:41]:42}{result.detail:22}{columns}".rstrip())
    lines += ["", "This computer:"]
    for room in made.findings:
        for finding in room.findings:
            said = f"{finding.level:5} {finding.name}: {finding.sentence}"
            lines += wrap(said, _COLUMNS, initial_indent="  ", subsequent_indent=" " * 8)
    lines += ["", f"SHA-256 of the signed envelope: {sha256(envelope).hexdigest()}"]
    # an envelope may come from anybody: no word in it writes over what stands above it
    return "\n".join(map(plain, lines)) + "\n"


def _faults(made: Attestation) -> Iterator[str]:
    if made.faults:
        yield "What does not hold:"
        for fault in made.faults:
            yield from wrap(fault, _COLUMNS, initial_indent="  - ", subsequent_indent="    ")
        yield ""


def _live(made: Attestation) -> Iterator[str]:
    yield "What runs:"
    if made.live is None:
        yield "  nothing"
        return
    yield f"  {'supervisor':10}{made.live.supervisor}"
    for one in made.live.processes:
        compared = "are those that were attacked" if one.compared else "were not compared"
        unseen = f"; unseen: {', '.join(one.unseen)}" if one.unseen else ""
        yield f"  {one.process:10}{one.pid}; its filters {compared}{unseen}"
