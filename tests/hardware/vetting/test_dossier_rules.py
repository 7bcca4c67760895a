"""The rules about a dossier, at their bounds: each refuses, or sets its condition, by itself."""

from datetime import date

import pytest

from hardware.register.criticality import Criticality, criticality
from hardware.register.sections import Component
from hardware.register.trust import What
from hardware.vetting.check import vet_dossier
from hardware.vetting.decision import Decision
from tests.hardware.institution import KEY, Institution, fitted, told
from tests.hardware.trees import Fake

NOBODY = {"unknown": "somebody who knows"}
SAYS = ("sees_pixels", "usb_role", "stores", "single_supplier")


def judged(institution: Institution, paragraph: str, **changes: object) -> str:
    """Return what a paragraph finds against the dossier; nothing else may find anything."""
    institution.write_dossier(**changes)
    decision: Decision = institution.vet(Fake(), enrolments=institution.enrol())
    assert {reason.paragraph for reason in decision.reasons} <= {paragraph}, str(decision)
    return " ".join(reason.text for reason in decision.reasons)


@pytest.mark.parametrize(
    ("on", "expires", "says"),
    [
        ((2026, 12, 1), (2026, 12, 1), ""),
        ((2026, 12, 2), (2027, 12, 1), "Its approval begins on 2026-12-02."),
        ((2026, 1, 1), (2026, 11, 30), "Its approval expired on 2026-11-30."),
    ],
)
def test_an_approval_holds_from_its_first_to_its_last_day(
    institution: Institution, on: tuple[int, ...], expires: tuple[int, ...], says: str
) -> None:
    ruling = {"verdict": "approved", "why": "w", "on": date(*on), "expires": date(*expires)}
    assert judged(institution, "1.1", decision=ruling) == says


@pytest.mark.parametrize(
    ("cpv", "share", "says"),
    [
        (told("33100000-1"), told(50), ""),
        (told("33100000-1"), told(51), "51 % of its value is Chinese; the limit is 50 %."),
        (told("33199000-1"), NOBODY, "its Chinese share is unknown: somebody who knows."),
        (told("38000000-5"), told(100), ""),
        (told("38000000-5"), NOBODY, ""),
        (NOBODY, told(0), "Nobody knows as what it was bought (CPV); needed: somebody who knows."),
    ],
)
def test_of_a_medical_device_no_more_than_half_is_chinese(
    institution: Institution, cpv: object, share: object, says: str
) -> None:
    text = judged(institution, "2.6", procurement__cpv=cpv, procurement__chinese_share=share)
    assert says in text
    assert bool(text) == bool(says)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, ""),
        (
            {"components__lens": fitted(country="VN"), "procurement__forced_labour": NOBODY},
            "components: lens: country: VN; eu-forced-labour names glass there.",
        ),
        (
            {"identity__factory_country": told("VN"), "procurement__forced_labour": NOBODY},
            "identity: factory country: VN; eu-forced-labour names glass there.",
        ),
        ({"identity__revision": told("VN"), "procurement__forced_labour": NOBODY}, ""),  # no origin
        ({"components__lens": fitted(country="VN")}, ""),  # a person looked, and says so
        ({"procurement__forced_labour": NOBODY}, ""),  # none of its origins stands there
        ({"procurement__due_diligence": NOBODY}, "The seller's due diligence is unknown; needed:"),
    ],
)
def test_an_origin_in_the_database_of_forced_labour_is_answered(
    institution: Institution, changes: dict[str, object], says: str
) -> None:
    path = institution.own / "lists/eu-forced-labour.toml"
    path.write_text(path.read_text().replace('area = "ZZ"', 'area = "VN-01"'))
    institution.sign(path, What.LIST, *institution.board)
    text = judged(institution, "2.7", **changes)
    assert says in text
    assert bool(text) == bool(says)


def test_a_database_that_nobody_read_is_not_known(institution: Institution) -> None:
    (institution.own / "lists/eu-forced-labour.toml").unlink()
    assert "eu-forced-labour has not been read here" in judged(institution, "2.7")


@pytest.mark.parametrize(
    ("part", "says"),
    [
        (fitted() | {"control": NOBODY}, "The lens is of high criticality, and nothing is said"),
        (
            fitted() | {"country": NOBODY},
            "is of high criticality, and nobody knows where it was made; needed: somebody who",
        ),
        (
            fitted() | {"country": NOBODY, "sees_pixels": told(value=False)},
            "",  # of medium criticality: its country is not asked for
        ),
        (fitted() | {"control": NOBODY} | {name: told(value=False) for name in SAYS}, ""),
        ({"fitted": NOBODY, "maker": told("x")}, "Nobody knows whether it has a lens."),
    ],
)
def test_each_part_that_could_do_harm_has_a_control(
    institution: Institution, part: dict[str, object], says: str
) -> None:
    text = judged(institution, "4.5", components__lens=part)
    assert says in text
    assert bool(text) == bool(says)


@pytest.mark.parametrize("part", ["heat_source", "controller"])
def test_parts_of_a_reference_are_asked_of_a_reference_alone(
    institution: Institution, part: str
) -> None:
    assert judged(institution, "4.5", **{f"components__{part}": {"fitted": NOBODY}}) == ""
    institution.write_dossier(kind="reference", **{f"components__{part}": {"fitted": NOBODY}})
    decision = vet_dossier(KEY, register=institution.register())
    asked = [reason.text for reason in decision.reasons if reason.paragraph == "4.5"]
    assert asked == [f"Nobody knows whether it has a {part.replace('_', ' ')}."]


def test_a_firm_that_nobody_knows_differs_from_none(institution: Institution) -> None:
    """That the badge is unknown is another paragraph's; here, two known firms are compared."""
    institution.write_dossier(
        identity__badge_brand=NOBODY,
        origin__oem_statement={"value": "own make", "declared": ["inspection"]},
    )
    decision: Decision = institution.vet(Fake(), enrolments=institution.enrol())
    assert "2.3" not in {reason.paragraph for reason in decision.reasons}


@pytest.mark.parametrize(
    ("sees", "usb", "stores", "single", "grade"),
    [
        (True, True, False, False, Criticality.HIGH),
        (True, False, True, False, Criticality.HIGH),
        (True, False, False, True, Criticality.HIGH),
        (True, False, False, False, Criticality.MEDIUM),
        (False, True, False, False, Criticality.MEDIUM),
        (False, False, True, False, Criticality.MEDIUM),
        (False, False, False, True, Criticality.MEDIUM),
        (False, False, False, False, Criticality.LOW),
        (None, False, False, False, Criticality.MEDIUM),
        (None, None, False, False, Criticality.HIGH),
        (False, None, False, False, Criticality.MEDIUM),
        (False, False, None, False, Criticality.MEDIUM),
        (False, False, False, None, Criticality.MEDIUM),
    ],
)
def test_what_nobody_knows_of_a_part_counts_as_yes(
    *,
    sees: bool | None,
    usb: bool | None,
    stores: bool | None,
    single: bool | None,
    grade: Criticality,
) -> None:
    values = zip(SAYS, (sees, usb, stores, single), strict=True)
    part = Component.model_validate(
        {name: NOBODY if value is None else told(value) for name, value in values}
    )
    assert criticality(part) is grade
