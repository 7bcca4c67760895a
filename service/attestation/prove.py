"""Every proof that an outsider can ask for, one after the other, on a station or on a clone.

Where a station runs on the state folder, that one is examined; otherwise one is started for the
time of the proofs, with the simulated sensor and a state folder of its own, and that is said.
Nothing is taken from what the station says of itself, but for what its check code is there to say.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from device.drivers import SIMULATED
from hardware.errors import HardwareError
from hardware.register import documents
from service.attestation import installed, live
from service.attestation.attacks import attacks_at_fault
from service.attestation.proof import Proof
from service.attestation.prove_running import prove_running
from service.attestation.station import NOT_ASKED, AttestationError, tried
from service.doctor.finding import Level, examine
from service.doctor.rooms import rooms
from service.sandbox.__main__ import REPORT, RESULTS
from service.sandbox.attempts import Outcome

Progress = Callable[[str], None]

WATCHED_S = 60.0

NOT_TRIED = (
    (
        "That the camera's own firmware keeps nothing, and is what its maker says: only the "
        "documents of the register speak of that (`limen hardware check`)."
    ),
    (
        "That Linux, Python and the hardware below are honest: whoever can change them can "
        "make every answer here. Look at the seals, and start from a medium of your own."
    ),
    (
        "That no frame is left anywhere after hours with a hostile library: the leak tests record "
        "a marked picture and search every byte (`./test tests/service/leak`, half an hour, as "
        "root)."
    ),
    "Radio: whether anything radiates that Linux does not see. Measure it.",
    "Whether what is measured is right: `limen bench`, and a calibrated reference.",
)


def prove(
    state: Path,
    *,
    register: Path | None = None,
    wheels: Path | None = None,
    watched_s: float = WATCHED_S,
    progress: Progress = lambda _said: None,
) -> Iterator[Proof]:
    """Yield each proof when it is done.

    Parameters
    ----------
    state
        State folder of the station.
    register
        Folder of the institution's own register of hardware.
    wheels
        Folder with the packages' files that the lock names.
    watched_s
        For how long what the station writes is watched.
    progress
        Told what is being done.
    """
    progress("register")
    yield _register(register)
    yield _code(wheels, progress)
    yield _inside(progress)
    progress("this computer")
    yield _computer(None if live.find(state) is not None else SIMULATED)
    try:
        yield from prove_running(state, register, watched_s, progress)
    except AttestationError as error:
        yield Proof("the station that runs", (), (str(error),))


def _register(own: Path | None) -> Proof:
    name = "register of hardware: hashes and signatures"
    try:
        known = documents.load(own)
        for key in known.keys:
            known.dossier(key)
    except HardwareError as error:
        return Proof(name, (), (str(error),))
    found = f"{len(known.keys)} dossiers, each as it was signed or pinned by its hash."
    untried = () if own else ("An institution's own register: name it with --register.",)
    return Proof(name, (found,), tuple(known.problems), untried)


def _code(wheels: Path | None, progress: Progress) -> Proof:
    same = installed.compare(wheels=wheels, progress=progress)
    untried = []
    if not same.against_lock:
        untried.append("Names and versions against the lock: it is not there; run it in a clone.")
    if not same.against_wheels:
        untried.append(
            "That each package's list of files is the one of the file whose hash is in the lock: "
            "fetch these files elsewhere (pip download --require-hashes --no-deps -r "
            "requirements/run.txt) and name their folder with --wheels."
        )
    found = (
        f"{same.packages} packages and {same.files} files compared with their lists, "
        f"{same.compiled} compiled files with their sources."
    )
    return Proof("code against lock", (found,), same.faults, tuple(untried))


def _inside(progress: Progress) -> Proof:
    name = "attacks from inside a locked process"
    said = {}
    try:
        for what in ("unlocked", "worker", "camera_filter", "web"):
            progress(f"attacks from inside: {what}")
            said[what] = tried(what)
    except AttestationError as error:
        return Proof(name, (), (str(error),))
    control = RESULTS.validate_json(said.pop("unlocked"))
    reports = [REPORT.validate_json(report) for report in said.values()]
    reached = sum(result.outcome is Outcome.GOT_THROUGH for result in control)
    found = [f"Without a lock {reached} of {len(control)} attacks get through."]
    for report in reports:
        denied = sum(result.outcome is Outcome.DENIED for result in report.attacks)
        found.append(f"{report.process}: {denied} of {len(report.attacks)} denied.")
    return Proof(name, tuple(found), tuple(attacks_at_fault(os.uname().machine, control, *reports)))


def _computer(sensor: str | None) -> Proof:
    found: list[str] = []
    faults: list[str] = []
    for room in rooms(sensor):
        if room.name in NOT_ASKED:
            continue
        for finding in examine(room).findings:
            told = f"{finding.name}: {finding.sentence}"
            (faults if finding.level is Level.FAIL else found).append(told)
    return Proof("this computer: network, swap, dumps, rights", tuple(found), tuple(faults))
