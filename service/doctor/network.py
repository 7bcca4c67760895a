"""The doctor's look at the network: what the register would say about it to a real sensor."""

import time
from collections.abc import Iterator
from pathlib import Path

from hardware.host import network as host
from hardware.host.network import PROC
from hardware.host.usb import SYS
from hardware.vetting.check import vet_host
from hardware.vetting.decision import Outcome
from service.doctor.finding import Finding, Level


def look(*, real: bool, proc_root: Path = PROC, sys_root: Path = SYS) -> Iterator[Finding]:
    """Yield what there is of a network.

    Parameters
    ----------
    real
        Whether the station will run with a real camera; a simulated one may run anywhere.
    proc_root, sys_root
        Roots of procfs and sysfs.
    """
    now_s = time.monotonic()
    network = host.look(now_s, proc_root=proc_root, sys_root=sys_root)
    statement = network.statement(now_s)
    if not network.findings:
        yield Finding("network", Level.OK, f"{statement[0].upper()}{statement[1:]}.")
        return
    decision = vet_host(network, now_s)
    found = "; ".join(network.findings[:4])
    if real and decision.outcome is Outcome.REFUSED:
        yield Finding(
            "network",
            Level.FAIL,
            f"This computer has a network, and a camera may not be used on it: {found}.",
            "Take the cable out and switch radios off; or change the policy, which stays visible.",
        )
    else:
        yield Finding("network", Level.WARN, f"This computer has a network: {found}.")
