"""What a station has seen once it does not unsee: indexes, trust files, the time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree, rmtree

import pytest

from hardware.errors import HardwareError, RegisterError
from hardware.register import documents
from hardware.register.memory import Memory
from hardware.register.trust import What
from tests.hardware.institution import KEY, TODAY, Institution, Person, told

NOW = datetime(2026, 12, 1, 12, 0, 0, tzinfo=UTC)


def remembered(institution: Institution, before: Memory | None = None) -> Memory:
    """Return what a station remembers once it has seen the register as it is now."""
    return institution.register(memory=before or Memory()).remembered()


def refused(institution: Institution, memory: Memory) -> str:
    with pytest.raises(HardwareError) as caught:
        documents.load(institution.own, today=TODAY, memory=memory)
    return str(caught.value)


def revoked(person: Person) -> str:
    return f'[[revoked]]\nid = "{person.key_id}"\non = 2026-12-01\nreason = "lost"\n'


def test_a_station_takes_what_is_newer_and_remembers_it(institution: Institution) -> None:
    first = remembered(institution)
    assert (first.index, first.trust) == (3, 1)
    institution.write_dossier(identity__revision=told("D"))
    second = remembered(institution, first)
    assert second.index == first.index + 1
    assert second.index_sha256 != first.index_sha256
    assert (second.trust, second.trust_sha256) == (first.trust, first.trust_sha256)
    assert remembered(institution, second) == second


@pytest.mark.parametrize(
    "change",
    [
        lambda i: i.write_dossier(decision={"verdict": "refused", "why": "It was found to send."}),
        lambda i: i.trust(i.anna.entry() + i.bert.entry() + revoked(i.bert)),
        lambda i: (i.own / "lists/eu-sanctions.toml").unlink() or i.in_force(),
    ],
    ids=["a refusal", "a revocation", "a list"],
)
def test_the_whole_register_of_yesterday_is_refused(
    institution: Institution, tmp_path: Path, change: Callable[[Institution], object]
) -> None:
    yesterday = tmp_path / "yesterday"
    copytree(institution.own, yesterday)
    documents.load(yesterday, today=TODAY)  # it is as well signed as it was
    old = remembered(institution)
    change(institution)
    memory = remembered(institution, old)
    rmtree(institution.own)
    copytree(yesterday, institution.own)
    text = refused(institution, memory)
    assert f"has version {old.index}; this station has already seen version {memory.index}" in text
    assert "Bring the newer files back." in text


def test_another_index_of_the_same_version_is_refused(institution: Institution) -> None:
    memory = remembered(institution)
    institution.write_dossier(identity__revision=told("D"))
    institution.index(version=memory.index)
    assert f"There are two indexes of version {memory.index}" in refused(institution, memory)


def test_a_station_that_had_a_register_of_its_own_does_not_go_on_without(
    institution: Institution,
) -> None:
    memory = remembered(institution)
    with pytest.raises(RegisterError, match="and now there is none"):
        documents.load(None, today=TODAY, memory=memory)
    assert documents.load(None, today=TODAY, memory=Memory()).remembered() == Memory()


# ---- the trust file follows from the one before


def test_a_trust_file_that_the_people_before_signed_is_followed(institution: Institution) -> None:
    memory = remembered(institution)
    institution.trust(
        institution.anna.entry() + institution.bert.entry() + revoked(institution.bert)
    )
    institution.trust(institution.anna.entry() + institution.bert.entry())
    after = remembered(institution, memory)
    assert after.trust == memory.trust + 2


def test_the_people_may_change_when_old_and_new_ones_sign(institution: Institution) -> None:
    """Dana leaves and her key is revoked; Erik comes: Chris and Dana sign, and so does Erik."""
    memory = remembered(institution)
    chris, dana = institution.board
    erik = Person.new("Erik")
    institution.board = chris, erik
    entries = institution.anna.entry() + institution.bert.entry() + revoked(dana)
    institution.trust(entries, signers=(chris, dana, erik))
    institution.index(chris, erik)
    assert remembered(institution, memory).trust == memory.trust + 1


def test_a_trust_file_needs_enough_of_the_people_before(institution: Institution) -> None:
    memory = remembered(institution)
    chris, _ = institution.board
    institution.board = chris, Person.new("Erik")
    institution.trust(institution.anna.entry() + institution.bert.entry())
    text = refused(institution, memory)
    assert "Version 2 of the trust file is not signed by enough people of the version" in text
    assert "Have the next trust file signed by the people of the one before." in text


def test_a_trust_file_needs_enough_of_its_own_people(institution: Institution) -> None:
    before = institution.board
    institution.board = before[0], Person.new("Erik")
    institution.trust(institution.anna.entry() + institution.bert.entry(), signers=before)
    with pytest.raises(RegisterError, match="2 people must sign it; Chris did"):
        institution.register()


def test_a_step_needs_enough_of_its_own_people(institution: Institution) -> None:
    """The step in between is signed by those before it, and not by its own people."""
    memory = remembered(institution)
    before = institution.board
    entries = institution.anna.entry() + institution.bert.entry()
    institution.board = before[0], Person.new("Erik")
    institution.trust(entries, signers=before)
    institution.board = before
    institution.trust(entries, signers=before)
    assert "Version 2 of the trust file is not signed by enough people of its own" in refused(
        institution, memory
    )


def test_a_stranger_cannot_take_over_with_a_trust_file_of_his_own(
    institution: Institution,
) -> None:
    memory = remembered(institution)
    eve, mallory = Person.new("Eve"), Person.new("Mallory")
    institution.board = eve, mallory
    institution.trust(institution.anna.entry() + institution.bert.entry())
    assert "not signed by enough people of the version before" in refused(institution, memory)


def test_a_step_that_was_left_out_is_refused(institution: Institution) -> None:
    memory = remembered(institution)
    entries = institution.anna.entry() + institution.bert.entry()
    institution.trust(entries)
    institution.trust(entries)
    step = institution.own / "trust/2.toml"
    text = step.read_text()
    step.unlink()
    assert "trust/2.toml is missing" in refused(institution, memory)
    step.write_text(text + "\n")
    assert "its bytes were changed" in refused(institution, memory)
    step.write_text(text)
    (institution.own / "trust/1.toml").write_text("edition = 2\nversion = 1\nexpires = 2030-01-01")
    assert "Version 1 of the trust file is not the one" in refused(institution, memory)


def test_an_older_trust_file_under_a_newer_index_is_refused(institution: Institution) -> None:
    entries = institution.anna.entry() + institution.bert.entry()
    first = (institution.own / "trust.toml").read_bytes()
    envelope = (institution.own / "trust.toml.dsse").read_bytes()
    institution.trust(entries + revoked(institution.bert))
    memory = remembered(institution)
    (institution.own / "trust.toml").write_bytes(first)
    (institution.own / "trust.toml.dsse").write_bytes(envelope)
    institution.index()
    assert "trust file has version 1; this station has already seen version 2" in refused(
        institution, memory
    )


def test_another_trust_file_of_the_same_version_is_refused(institution: Institution) -> None:
    memory = remembered(institution)
    institution.version -= 1
    institution.trust(institution.anna.entry())
    assert "Version 1 of the trust file is not the one that this station knows" in refused(
        institution, memory
    )


def test_the_history_must_lead_to_the_file_in_force(institution: Institution) -> None:
    memory = remembered(institution)
    entries = institution.anna.entry() + institution.bert.entry()
    institution.trust(entries)
    last = (institution.own / "trust/2.toml").read_bytes()
    institution.version -= 1
    institution.trust(entries + revoked(institution.bert))
    path = institution.own / "trust/2.toml"
    path.write_bytes(last)
    institution.sign(path, What.TRUST, *institution.board)
    assert "There are two trust files of version 2" in refused(institution, memory)


# ---- the clock


def test_a_clock_that_has_gone_back_is_a_fault_and_the_sentence_mends_it() -> None:
    memory = Memory(newest=NOW)
    memory.check_clock(NOW)
    memory.check_clock(NOW + timedelta(days=400))
    Memory().check_clock(datetime(1970, 1, 1, tzinfo=UTC))
    with pytest.raises(RegisterError) as caught:
        memory.check_clock(NOW - timedelta(seconds=1))
    text = str(caught.value)
    assert "The clock shows 2026-12-01 11:59:59 UTC" in text
    assert "already seen 2026-12-01 12:00:00 UTC" in text
    assert "timedatectl set-time" in text
    assert "limen audit restart" in text


def test_what_a_station_remembers_is_kept_where_there_is_no_register(
    institution: Institution,
) -> None:
    before = replace(Memory(), newest=NOW, enrolled={"1-2": "ab"})
    after = remembered(institution, before)
    assert (after.newest, after.enrolled) == (NOW, {"1-2": "ab"})
    assert documents.load(None, today=TODAY).remembered() == Memory()
    _, signatures = institution.register(memory=after).dossier(KEY)
    assert signatures.signers == ("Anna", "Bert")
