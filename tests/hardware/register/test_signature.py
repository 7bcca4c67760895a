"""Signatures: what holds, and that every changed byte is found."""

import base64
import json
import random
import subprocess
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import PolicyError, SignatureError
from hardware.register import signature, trust
from hardware.register.signature import keygen, load_private, pae
from hardware.register.trust import What
from hardware.vetting.decision import Decision, Outcome
from tests.hardware.institution import KEY, TODAY, Institution, Person
from tests.hardware.trees import Fake

NOBODY = trust.read(b"edition = 2\nversion = 1\nexpires = 2030-01-01\n")


def decide(institution: Institution, today: date = TODAY) -> Decision:
    return institution.vet(Fake(), enrolments=institution.enrol(), today=today)


def why(decision: Decision, paragraph: str = "1.2") -> str:
    assert decision.outcome is Outcome.REFUSED, decision
    return " ".join(reason.text for reason in decision.refusals if reason.paragraph == paragraph)


def test_the_encoding_is_that_of_the_specification() -> None:
    """The test vector of the DSSE specification (protocol.md)."""
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_two_signers_are_enough(institution: Institution) -> None:
    assert decide(institution).outcome is Outcome.APPROVED
    _, signatures = institution.register().dossier(KEY)
    assert signatures.signers == ("Anna", "Bert")


def test_one_signer_where_two_are_needed_is_refused(institution: Institution) -> None:
    institution.write_dossier(institution.anna)
    assert why(decide(institution)) == "2 people must sign it; Anna did."


def test_an_unsigned_dossier_is_refused(institution: Institution) -> None:
    (institution.own / "dossiers" / f"{KEY}.toml.dsse").unlink()
    assert "It is not signed. 2 people must sign it; nobody who is trusted did." in why(
        decide(institution)
    )


def test_two_keys_of_one_person_are_one_signer(institution: Institution) -> None:
    again = Person.new("Anna")
    institution.trust(institution.anna.entry() + again.entry())
    institution.write_dossier(institution.anna, again)
    assert "2 people must sign it; Anna did." in why(decide(institution))


def test_signing_twice_replaces_the_first_signature(institution: Institution) -> None:
    institution.write_dossier(institution.anna, institution.bert, institution.anna)
    assert decide(institution).outcome is Outcome.APPROVED


def test_a_stranger_s_signature_is_refused(institution: Institution) -> None:
    stranger = Person.new("Eve")
    institution.write_dossier(institution.anna, institution.bert, stranger)
    assert f"The key {stranger.key_id[:16]} is not in the trust file." in why(decide(institution))


def test_a_signature_whose_key_has_expired_is_refused(institution: Institution) -> None:
    institution.trust(institution.anna.entry() + institution.bert.entry(end="2026-11-30"))
    assert "The signature of Bert does not count on 2026-12-01" in why(decide(institution))


def test_a_signature_whose_key_is_not_yet_valid_is_refused(institution: Institution) -> None:
    institution.trust(institution.anna.entry() + institution.bert.entry(start="2026-12-02"))
    assert "The signature of Bert does not count" in why(decide(institution))


def test_a_key_counts_from_its_first_to_its_last_day(institution: Institution) -> None:
    institution.trust(
        institution.anna.entry(start="2026-12-01") + institution.bert.entry(end="2026-12-01")
    )
    assert decide(institution).outcome is Outcome.APPROVED


def test_the_same_signature_twice_is_no_second_one(institution: Institution) -> None:
    path = institution.write_dossier(institution.anna)
    beside = path.with_name(path.name + ".dsse")
    envelope = json.loads(beside.read_bytes())
    envelope["signatures"] *= 2
    beside.write_bytes(json.dumps(envelope, indent=1, sort_keys=True).encode() + b"\n")
    institution.in_force()
    text = why(decide(institution))
    assert f"The key {institution.anna.key_id[:16]} signed twice." in text
    assert "2 people must sign it; Anna did." in text


def test_every_signature_holds_also_one_more_than_are_needed(institution: Institution) -> None:
    """Carl is trusted, and signed something else; Anna and Bert alone would have been enough."""
    carl = Person.new("Carl")
    institution.trust(institution.anna.entry() + institution.bert.entry() + carl.entry())
    path = institution.write_dossier()
    beside = path.with_name(path.name + ".dsse")
    envelope = json.loads(beside.read_bytes())
    other = json.loads(signature.sign(b"another", What.DOSSIER, carl.private))
    envelope["signatures"] += other["signatures"]
    beside.write_bytes(json.dumps(envelope, indent=1, sort_keys=True).encode() + b"\n")
    assert why(decide(institution)) == "The signature of Carl is not over these bytes."


def test_a_key_that_may_sign_something_else_is_refused(institution: Institution) -> None:
    institution.trust(institution.anna.entry() + institution.bert.entry(signs=("list", "policy")))
    assert f"Bert may sign list, policy with the key {institution.bert.key_id[:16]}, and no" in why(
        decide(institution)
    )


def test_a_broken_envelope_says_where(institution: Institution) -> None:
    with pytest.raises(SignatureError, match=": it: "):
        signature.reseal(b"[]")
    envelope = json.loads(signature.sign(b"x", What.LIST, institution.anna.private))
    envelope["signatures"][0]["keyid"] = "?"
    with pytest.raises(SignatureError, match=r"signatures\.0\.keyid: "):
        signature.reseal(json.dumps(envelope).encode())
    assert (
        signature.reseal(
            json.dumps(
                json.loads(whole := signature.sign(b"x", What.LIST, institution.anna.private))
            ).encode()
        )
        == whole
    )  # kept in another form, and given back in its own


def test_one_person_is_enough_for_an_enrolment_and_for_nothing_else() -> None:
    assert NOBODY.needed(What.ENROLMENT) == 1
    assert {NOBODY.needed(what) for what in What if what is not What.ENROLMENT} == {2}
    assert signature.verify(b"x", What.ENROLMENT, None, NOBODY, TODAY).problems == (
        "It is not signed. 1 person must sign it; nobody who is trusted did.",
    )


def test_a_revoked_key_of_nobody_counts_no_more(institution: Institution) -> None:
    """Its entry was taken out of the trust file; that it was revoked is still said."""
    revoked = f'[[revoked]]\nid = "{institution.bert.key_id}"\non = 2026-11-28\nreason = "stolen"\n'
    institution.trust(institution.anna.entry() + revoked)
    text = why(decide(institution))
    assert f"The key {institution.bert.key_id[:16]} was revoked on 2026-11-28: stolen" in text


def test_a_revoked_key_counts_no_more_and_says_why(institution: Institution) -> None:
    revoked = f'[[revoked]]\nid = "{institution.bert.key_id}"\non = 2026-11-28\nreason = "stolen"\n'
    institution.trust(institution.anna.entry() + institution.bert.entry() + revoked)
    assert "of Bert was revoked on 2026-11-28: stolen" in why(decide(institution))


def test_an_expired_approval_is_refused(institution: Institution) -> None:
    late = decide(institution, today=date(2027, 11, 25))
    assert why(late, "1.1") == "Its approval expired on 2027-11-24."


def test_a_signature_over_another_kind_of_document_is_none(institution: Institution) -> None:
    path = institution.own / "dossiers" / f"{KEY}.toml"
    institution.sign(path, What.POLICY, institution.anna, institution.bert)
    assert "The envelope is for a application/vnd.limen.policy+toml" in why(decide(institution))


def test_a_signature_of_another_dossier_is_none(institution: Institution) -> None:
    path = institution.write_dossier()
    envelope = path.with_name(path.name + ".dsse").read_bytes()
    path.write_bytes(path.read_bytes() + b"\n# another word\n")
    assert path.with_name(path.name + ".dsse").read_bytes() == envelope
    assert "its bytes were changed" in why(decide(institution))


@pytest.mark.parametrize("suffix", [".toml", ".toml.dsse"])
def test_every_changed_byte_of_dossier_and_envelope_is_found(
    institution: Institution, suffix: str
) -> None:
    path = institution.own / "dossiers" / f"{KEY}{suffix}"
    whole = path.read_bytes()
    rng = random.Random(3)  # noqa: S311 - repeatable, no secret
    places = range(len(whole)) if suffix == ".toml.dsse" else range(0, len(whole), 7)
    keys = institution.register().trust
    document, envelope = (
        institution.own / "dossiers" / f"{KEY}{s}" for s in (".toml", ".toml.dsse")
    )

    def passes() -> bool:
        found = signature.verify(
            document.read_bytes(), What.DOSSIER, envelope.read_bytes(), keys, TODAY
        )
        return found.problems == ()

    assert passes()
    for at in rng.sample(places, min(400, len(places))):
        broken = bytearray(whole)
        broken[at] ^= 1 << rng.randrange(8)
        path.write_bytes(bytes(broken))
        assert not passes(), f"byte {at} of {path.name} was changed unseen"
    for other in (whole[:-1], whole + b"\n", whole[:100] + whole[101:], b""):
        path.write_bytes(other)
        assert not passes()


def test_base64_that_decodes_to_the_same_bytes_is_still_found(institution: Institution) -> None:
    """The last digit before padding has unused bits; an envelope has one form only."""
    path = institution.own / "dossiers" / f"{KEY}.toml.dsse"
    envelope = json.loads(path.read_bytes())
    sig = envelope["signatures"][0]["sig"]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = sig[:-3] + alphabet[alphabet.index(sig[-3]) ^ 1] + "=="
    assert base64.b64decode(other) == base64.b64decode(sig)
    envelope["signatures"][0]["sig"] = other
    path.write_bytes(json.dumps(envelope, indent=1, sort_keys=True).encode() + b"\n")
    assert "base64 in another form" in why(decide(institution))


# ---- the policy, the lists and what ships


def own_policy(institution: Institution, *signers: Person) -> Path:
    shipped = Path(signature.__file__).parent / "shipped/policy/default.toml"
    path = institution.own / "policy.toml"
    path.write_bytes(shipped.read_bytes().replace(b"Limen default policy", b"Our policy"))
    institution.sign(path, What.POLICY, *signers)
    return path


def test_an_institution_s_own_policy_applies_when_it_is_signed(institution: Institution) -> None:
    own_policy(institution, institution.anna, institution.bert)
    decision = decide(institution)
    assert decision.outcome is Outcome.APPROVED
    assert decision.policy == "Our policy, edition 1"


def test_a_changed_policy_stops_everything(institution: Institution) -> None:
    path = own_policy(institution, institution.anna, institution.bert)
    path.write_bytes(path.read_bytes().replace(b'effect = "refuse"', b'effect = "none"', 1))
    with pytest.raises(PolicyError, match="its bytes were changed"):
        institution.register()


def test_a_policy_that_one_person_signed_stops_everything(institution: Institution) -> None:
    own_policy(institution, institution.anna)
    with pytest.raises(PolicyError, match="2 people must sign it; Anna did"):
        institution.register()


def test_a_trust_file_that_cannot_be_read_stops_everything(institution: Institution) -> None:
    for text, says in (
        ("edition = 2\nversion = 1\nexpires = 2030-01-01\nkey = 3", "trust file: key"),
        ("edition = [", "no TOML"),
        ("edition = 2\nversion = 1\nexpires = 2030-01-01\nsigners_needed = 0", "equal to 1"),
        ("edition = 2\nversion = 0\nexpires = 2030-01-01", "version"),
        ("edition = 1\nversion = 1\nexpires = 2030-01-01", "edition"),
        (institution.anna.entry(signs=()), r"key\.0\.signs: .*at least 1 item"),
        (institution.anna.entry().replace('role = "procurement"', 'role = ""'), "role: .*1 char"),
        ("edition = 2\nversion = 1\nexpires = 2030-01-01\nwhy = 1", "why: Extra"),
        ("edition = 2\nversion = 1\nexpires = 2030-01-01\n[[revoked]]\nreason = ''", "revoked"),
        (institution.anna.entry(signs=("dossiers",)), "'dossiers' is none of: dossier, policy"),
        (institution.anna.entry() * 2, "one key stands there twice"),
        (institution.anna.entry().replace('"Anna"', '"\\u200b "'), "a name without letters"),
        (institution.anna.entry().replace('public = "', 'public = "AAAA'), "32 bytes"),
        (institution.anna.entry().replace('public = "', 'public = "*'), "base64"),
    ):
        whole = (
            text if "edition" in text else "edition = 2\nversion = 1\nexpires = 2030-01-01\n" + text
        )
        (institution.own / "trust.toml").write_text(whole)
        with pytest.raises(SignatureError, match=says):
            institution.register()


def test_a_trust_file_may_be_short(institution: Institution) -> None:
    """One signer, and names of one letter, as many people have."""
    entry = institution.anna.entry().replace('"Anna"', '"\u674e"').replace("procurement", "\u8463")
    revoked = f'[[revoked]]\nid = "{institution.bert.key_id}"\non = 2026-12-01\nreason = "\u4e22"\n'
    head = "edition = 2\nversion = 1\nexpires = 2030-01-01\nsigners_needed = 1\n"
    found = trust.read((head + entry + revoked).encode())
    assert found.needed(What.DOSSIER) == 1
    assert found.content.key[0].name == "\u674e"


def test_what_was_signed_once_can_be_checked_for_ever() -> None:
    """These names are part of what every signature covers: to change one undoes them all."""
    assert {what.word: what.value for what in What} == {
        "dossier": "application/vnd.limen.dossier+toml",
        "policy": "application/vnd.limen.policy+toml",
        "list": "application/vnd.limen.exclusion-list+toml",
        "index": "application/vnd.limen.register-index+toml",
        "trust": "application/vnd.limen.trust+toml",
        "enrolment": "application/vnd.limen.enrolment+json",
        "acceptance": "application/vnd.limen.acceptance+json",
    }


# ---- keys, and other people's tools


def test_a_key_that_keygen_made_signs(institution: Institution) -> None:
    pem, public = keygen(b"correct horse")
    private = load_private(pem, b"correct horse")
    assert private.public_key().public_bytes_raw() == public
    carl = Person("Carl", private)
    institution.trust(institution.anna.entry() + institution.bert.entry() + carl.entry())
    institution.write_dossier(*institution.people, carl)
    assert decide(institution).outcome is Outcome.APPROVED


def test_a_private_key_is_encrypted_and_says_what_is_wrong() -> None:
    pem, _ = keygen(b"correct horse")
    assert b"ENCRYPTED PRIVATE KEY" in pem
    for passphrase in (b"wrong horse", None):
        with pytest.raises(SignatureError, match="cannot be opened"):
            load_private(pem, passphrase)
    with pytest.raises(SignatureError, match="cannot be opened"):
        load_private(b"no key", None)


def test_a_key_that_openssl_made_signs(institution: Institution, tmp_path: Path) -> None:
    pem = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "ed25519"], check=True, capture_output=True
    ).stdout
    carl = Person("Carl", load_private(pem, None))
    institution.trust(institution.anna.entry() + institution.bert.entry() + carl.entry())
    institution.write_dossier(*institution.people, carl)
    assert decide(institution).outcome is Outcome.APPROVED


def test_another_kind_of_key_is_refused() -> None:
    pem = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "ed448"], check=True, capture_output=True
    ).stdout
    with pytest.raises(SignatureError, match="not an Ed25519 key"):
        load_private(pem, None)


def test_adding_a_signature_to_an_envelope_of_other_bytes_is_refused(
    institution: Institution,
) -> None:
    old = signature.sign(b"one", What.LIST, institution.anna.private)
    with pytest.raises(SignatureError, match="made for other bytes"):
        signature.sign(b"two", What.LIST, institution.bert.private, old)


def test_key_ids_are_hashes_of_the_public_key(institution: Institution) -> None:
    loaded = trust.read((institution.own / "trust.toml").read_bytes())
    raw = institution.anna.private.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw
    )
    key = loaded.key(institution.anna.key_id)
    assert key is not None
    assert key.raw == raw
    assert loaded.key("00" * 32) is None


# ---- bytes from anywhere


@given(st.binary(max_size=300))
def test_no_bytes_pass_as_an_envelope_or_raise(raw: bytes) -> None:
    found = signature.verify(b"x", What.LIST, raw, NOBODY, TODAY)
    assert found.problems
    assert found.signers == ()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["payload", "payloadType", "signatures", "keyid", "sig", "x"]),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_passes_as_an_envelope_or_raises(content: object) -> None:
    raw = json.dumps(content, indent=1, sort_keys=True).encode() + b"\n"
    assert signature.verify(b"x", What.LIST, raw, NOBODY, TODAY).problems


def test_a_deeply_nested_envelope_is_refused() -> None:
    raw = b'{"payload":' + b"[" * 100_000
    assert signature.verify(b"x", What.LIST, raw, NOBODY, TODAY).problems


@given(st.binary(max_size=200))
def test_no_bytes_pass_as_a_trust_file_or_raise_another_error(raw: bytes) -> None:
    with pytest.raises(SignatureError):
        trust.read(raw)
