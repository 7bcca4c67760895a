"""The rules by name: what a paragraph of the policy looks for. Each yields a sentence per finding.

`DOCUMENT_RULES` compare the dossier with the lists and the signatures. `DEVICE_RULES` compare it
with what the host sees and the sensor says. No rule knows how hard its finding is: the policy does.
"""

from collections.abc import Callable

from hardware.register.policy import Paragraph
from hardware.vetting import device_rules, dossier_rules, list_rules
from hardware.vetting.cases import Device, Documents, Sentences

DocumentRule = Callable[[Documents, Paragraph], Sentences]
DeviceRule = Callable[[Device, Paragraph], Sentences]
DOCUMENT_RULES: dict[str, DocumentRule] = {
    "decided": dossier_rules.decided,
    "signed": dossier_rules.signed,
    "verified": dossier_rules.verified,
    "known": dossier_rules.known,
    "evidence": dossier_rules.evidence,
    "relabelled": dossier_rules.relabelled,
    "ways_out": dossier_rules.ways_out,
    "calibrated": dossier_rules.calibrated,
    "critical": dossier_rules.critical,
    "origin_share": dossier_rules.origin_share,
    "forced_labour": dossier_rules.forced_labour,
    "lists": list_rules.lists,
    "fresh": list_rules.fresh,
    "screened": list_rules.screened,
    "names": list_rules.names,
    "doubts": list_rules.doubts,
    "cleared": list_rules.cleared,
    "jurisdiction": list_rules.jurisdiction,
}
DEVICE_RULES: dict[str, DeviceRule] = {
    "usb_ids": device_rules.usb_ids,
    "functions": device_rules.functions,
    "vendor_functions": device_rules.vendor_functions,
    "neighbours": device_rules.neighbours,
    "controller": device_rules.controller,
    "serial": device_rules.serial,
    "firmware": device_rules.firmware,
    "enrolled": device_rules.enrolled,
    "unchanged": device_rules.unchanged,
}
