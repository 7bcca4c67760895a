"""What pages show of an attestation."""

from calendar import timegm
from hashlib import sha256
from time import strptime

from service.attestation.station import Attestation
from service.ipc.attestation import (
    MAX_SENTENCE,
    MAX_SENTENCES,
    ShownAttack,
    ShownAttestation,
    ShownPart,
    ShownProcess,
)
from service.sandbox.attempts import Outcome

_NOT_TRIED = "–"  # noqa: RUF001 - as tables have it


def shown(made: Attestation, envelope: bytes) -> ShownAttestation:
    """Return it.

    Parameters
    ----------
    envelope
        Signed.
    """
    worker, web = (
        {result.name: result for result in report.attacks} for report in (made.worker, made.web)
    )
    return ShownAttestation(
        made_s=timegm(strptime(made.at, "%Y-%m-%dT%H:%M:%SZ")),
        holds=made.holds,
        station=made.station,
        code_sha256=made.code_sha256,
        envelope_sha256=sha256(envelope).hexdigest(),
        supervisor=0 if made.live is None else made.live.supervisor,
        processes=tuple(
            ShownProcess(one.process, one.pid, one.compared)  # type: ignore[arg-type] # of profiles
            for one in (() if made.live is None else made.live.processes)
        ),
        parts=tuple(
            ShownPart(part, len(faults), tuple(f[:MAX_SENTENCE] for f in faults[:MAX_SENTENCES]))
            for part, faults in made.faults_by_part.items()
        ),
        reached=sum(one.outcome is Outcome.GOT_THROUGH for one in made.unlocked),
        attacks=tuple(
            ShownAttack(
                one.name,
                one.detail,
                worker[one.name].detail if one.name in worker else _NOT_TRIED,
                web[one.name].detail if one.name in web else _NOT_TRIED,
                through=any(
                    one.name in table and table[one.name].outcome is Outcome.GOT_THROUGH
                    for table in (worker, web)
                ),
            )
            for one in made.unlocked
        ),
        packages=made.installed.packages,
        files=made.installed.files,
        compiled=made.installed.compiled,
    )
