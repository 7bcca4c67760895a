"""The policy: data that leaves nothing out, and decides how hard a finding bites."""

from pathlib import Path

import pytest

from hardware.errors import PolicyError
from hardware.register import policy
from hardware.register.documents import SHIPPED
from hardware.register.trust import What
from hardware.vetting.decision import Outcome
from tests.hardware.institution import Institution
from tests.hardware.trees import Fake

DEFAULT = (SHIPPED / "policy/default.toml").read_text(encoding="utf-8")


def replaced(old: str, new: str) -> bytes:
    assert old in DEFAULT
    return DEFAULT.replace(old, new, 1).encode()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"=", "no TOML"),
        (b"\xff", "no TOML"),
        (replaced('rule = "functions"', 'rule = "functionz"'), "paragraph"),
        (replaced('rule = "functions"', 'rule = "usb_ids"'), "no paragraph about: functions"),
        (replaced('number = "5.2"', 'number = "5.1"'), "same number"),
        (replaced('"identity.maker",', '"identity.makr",'), "identity.makr is no statement"),
        (replaced('"identity.maker",', '"identity",'), "identity is no statement"),
        (replaced('"identity.maker",', '"identity.maker.value.x",'), "is no statement"),
        (replaced('effect = "refuse"', 'effect = "shrug"'), "effect"),
        (replaced("days = 180", "days = -1"), "days"),
    ],
)
def test_a_policy_that_leaves_something_out_is_refused(text: bytes, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        policy.read(text)


def own_policy(institution: Institution, text: bytes) -> None:
    path: Path = institution.own / "policy.toml"
    path.write_bytes(text)
    institution.sign(path, What.POLICY, institution.anna, institution.bert)


@pytest.mark.parametrize(
    ("effect", "outcome"),
    [
        ("refuse", Outcome.REFUSED),
        ("condition", Outcome.APPROVED_WITH_CONDITIONS),
        ("none", Outcome.APPROVED),
    ],
)
def test_the_effect_of_a_paragraph_decides(
    institution: Institution, effect: str, outcome: Outcome
) -> None:
    own_policy(
        institution,
        replaced('rule = "enrolled"\neffect = "refuse"', f'rule = "enrolled"\neffect = "{effect}"'),
    )
    assert institution.vet(Fake()).outcome is outcome


def test_no_policy_lets_a_simulated_sensor_pass_as_real(institution: Institution) -> None:
    own_policy(institution, DEFAULT.replace('effect = "refuse"', 'effect = "none"').encode())
    assert institution.vet(Fake()).passes
    assert not institution.vet().passes  # no USB device


def test_every_paragraph_says_why() -> None:
    for paragraph in policy.read(DEFAULT.encode()).paragraph:
        assert len(paragraph.why) > 60, paragraph.number
