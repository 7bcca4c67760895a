"""A check code says what was signed, and nothing else gets through."""

import re
from dataclasses import replace

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from service.checkcode.statement import CheckCodeError, Fact, Statement, read, write

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw().hex()
SAID = Statement(
    "0.1.0",
    "ab" * 32,
    "cd" * 32,
    "ef" * 16,
    1_795_000_000,
    frozenset({Fact.WORKER_LOCKED, Fact.SIMULATED}),
)
HEX = "0123456789abcdef"


@given(
    st.builds(
        Statement,
        version=st.from_regex(r"[0-9][0-9a-z.+-]{0,23}", fullmatch=True),
        code_sha256=st.text(HEX, min_size=64, max_size=64),
        register_sha256=st.text(HEX, min_size=64, max_size=64),
        audit_head=st.text(HEX, min_size=32, max_size=32),
        at_s=st.integers(0, 2**33),
        facts=st.frozensets(st.sampled_from(Fact)),
    )
)
def test_what_was_written_is_read(said: Statement) -> None:
    assert read(write(said, KEY)) == (PUBLIC, said)


def test_every_character_that_was_changed_is_noticed() -> None:
    text = write(SAID, KEY)
    for place, letter in enumerate(text):
        other = "1" if letter != "1" else "2"
        with pytest.raises(CheckCodeError):
            read(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize("text", ["", "LIMEN1", "x" * 5000, "LIMEN2/K:" + "A" * 64])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(CheckCodeError, match="no check code"):
        read(text)


def test_a_code_that_another_key_signed_carries_that_key() -> None:
    other = Ed25519PrivateKey.generate()
    assert read(write(SAID, other))[0] == other.public_key().public_bytes_raw().hex() != PUBLIC


@pytest.mark.parametrize(
    "wrong", [{"version": "1/K:"}, {"audit_head": "abc"}, {"version": ""}, {"at_s": 2**40}]
)
def test_what_has_no_place_in_a_code_is_not_signed(wrong: dict[str, object]) -> None:
    with pytest.raises(CheckCodeError, match="cannot be put"):
        write(replace(SAID, **wrong), KEY)  # type: ignore[arg-type]


def test_it_is_small_enough_for_a_phone_to_read() -> None:
    text = write(SAID, KEY)
    assert re.fullmatch(r"[0-9A-Z $%*+\-./:]+", text)
    qr = segno.make_qr(text, error="m", boost_error=False)
    assert qr.mode == "alphanumeric"
    assert isinstance(qr.version, int)
    assert qr.version <= 13
