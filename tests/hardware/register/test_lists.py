"""Exclusion lists: who is found on them, who is not, and when a list counts no more."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import ListError
from hardware.register import documents, lists
from hardware.register.lists import Snapshot, match_identifier, match_name
from hardware.register.names import same_firm
from hardware.register.trust import What
from hardware.vetting import cases, list_rules
from hardware.vetting.decision import Decision, Outcome
from tests.hardware.institution import LISTS, TODAY, Institution, screened, told
from tests.hardware.trees import Fake

SNAPSHOTS = {snapshot.key: snapshot for snapshot in documents.load(today=TODAY).lists}
LIST = """
key = "KEY"
edition = 1
title = "A list"
authority = "An authority"
source = "https://example.org"
terms = "free"
published = 2026-11-30
complete_to = 2026-11-30
copied = 2026-11-30
count = 1
scope = "all"
omits = "nothing"
[[entry]]
name = "NAME"
"""


def find(name: str) -> dict[str, bool]:
    """Return the lists on which a name is, and whether it is certain."""
    found: dict[str, bool] = {}
    for snapshot in SNAPSHOTS.values():
        for match in match_name(name, snapshot):
            found[snapshot.key] = found.get(snapshot.key, False) or match.certain
    return found


def decide(institution: Institution, today: date = TODAY) -> Decision:
    return institution.vet(Fake(), enrolments=institution.enrol(), today=today)


def texts(decision: Decision, paragraph: str) -> str:
    return " ".join(r.text for r in decision.reasons if r.paragraph == paragraph)


@pytest.mark.parametrize(
    "name",
    [
        "Hangzhou Hikvision Digital Technology Co., Ltd.",
        "HANGZHOU HIK-VISION DIGITAL TECHNOLOGY COMPANY LIMITED",
        "hikvision",
        "a camera that was made by Hikvision in 2019",
        "杭州海康威视数字技术股份有限公司",
        "Zhejiang Dahua Technology",
        "DAHUA",
        "Huawei Technologies (Europe) GmbH",
        "ZTE Corporation",
        "Hytera",
    ],
)
def test_a_listed_firm_is_found_however_it_is_written(name: str) -> None:
    assert find(name)["us-ndaa-889"] is True


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("HIKMICRO", "limen-affiliates"),
        ("Hangzhou Microimage Software Co., Ltd.", "limen-affiliates"),
        ("EZVIZ", "limen-affiliates"),
        ("Lorex Technology Inc.", "limen-affiliates"),
        ("Urumqi Haishi Xin\u2019an Electronic Technology", "us-bis-entities"),
        ("Megvii", "us-bis-entities"),
        ("SenseTime Group", "us-bis-entities"),
        ("海康威視", "limen-affiliates"),  # in traditional characters: Hikvision
        ("大華", "limen-affiliates"),  # Dahua
        ("華為技術有限公司", "us-fcc-covered"),  # Huawei
        ("ComNet (USA) LLC", "us-fcc-covered"),
    ],
)
def test_affiliates_subsidiaries_and_brands_are_found(name: str, key: str) -> None:
    assert find(name)[key] is True


@pytest.mark.parametrize(
    "name",
    [
        "Teledyne FLIR LLC",
        "Teledyne Technologies Incorporated",
        "GroupGets",
        "STMicroelectronics",
        "Aztec Imaging",  # holds the letters of ZTE
        "Technology Company Limited",
        "Digital Electronic Communications Corporation",
        "Terabee",
        "Optris GmbH",
        "",
    ],
)
def test_other_firms_are_not_found(name: str) -> None:
    assert find(name) == {}


@pytest.mark.parametrize(
    "name",
    [
        "H1KV1S10N",
        "HlKVlSlON",
        "Da Hua by H1kv1s10n",
        "Hlkvision",
        "Hikvison",
        "Hytare Communications Hyterra",
        "\u041dikvision",
        "D\u0430hua",
    ],
)
def test_a_name_that_only_looks_like_a_listed_one_raises_doubt(name: str) -> None:
    found = find(name)
    assert found
    assert not any(found.values())


def test_an_identifier_raises_doubt_and_nothing_more() -> None:
    affiliates = SNAPSHOTS["limen-affiliates"]
    (match,) = match_identifier("EC:DF:C9:01:02:03", affiliates)
    assert match.entry == "Hikvision"
    assert not match.certain
    assert list(match_identifier("00:11:1C:02:7A:EF", affiliates)) == []  # Pleora, in a FLIR Ax5


def test_a_usb_vendor_is_not_mistaken_for_a_mac_prefix() -> None:
    text = LIST.replace("KEY", "k").replace("NAME", "X Y") + 'usb_vendors = ["2bdf"]\n'
    snapshot = lists.read((text + 'mac_prefixes = ["2bdf00"]\n').encode(), "k")
    assert [m.by for m in match_identifier("2bdf:0001", snapshot)] == ["2bdf"]
    assert [m.by for m in match_identifier("2B-DF-00-11-22-33", snapshot)] == ["2bdf00"]
    assert list(match_identifier("2bde:0001", snapshot)) == []


@pytest.mark.parametrize(
    ("given", "by"),
    [
        ("2bdf", ["2bdf"]),  # a vendor alone
        ("2bdf00112", ["2bdf00"]),  # nine digits, and no product after a colon
        ("2bdf:0011:2233", ["2bdf00"]),  # a colon there, and longer than an id
    ],
)
def test_an_id_has_four_digits_and_four_more_after_a_colon(given: str, by: list[str]) -> None:
    text = LIST.replace("KEY", "k").replace("NAME", "X Y") + 'usb_vendors = ["2bdf"]\n'
    snapshot = lists.read((text + 'mac_prefixes = ["2bdf00"]\n').encode(), "k")
    assert [match.by for match in match_identifier(given, snapshot)] == by


def test_a_firm_is_told_by_the_first_of_its_names_that_is_there() -> None:
    text = LIST.replace("KEY", "k").replace("NAME", "Abcdefg Imaging") + 'aliases = ["Abcdefg"]\n'
    snapshot = lists.read(text.encode(), "k")
    assert [match.by for match in match_name("Abcdefg Imaging", snapshot)] == ["Abcdefg Imaging"]
    assert [match.by for match in match_name("Abcdefg", snapshot)] == ["Abcdefg"]


def test_a_list_may_say_little() -> None:
    text = LIST.replace("KEY", "k").replace("NAME", "LG").replace("count = 1", "count = 2")
    for words in ("A list", "An authority", "https://example.org", "free", "all", "nothing"):
        text = text.replace(f'"{words}"', '"-"')
    snapshot = lists.read((text + '[[risk]]\narea = "ZZ"\nproduct = "-"\n').encode(), "k")
    assert snapshot.content.title == snapshot.content.omits == "-"


@given(st.text(max_size=80))
def test_any_text_can_be_compared(text: str) -> None:
    find(text)


@given(st.sampled_from([(k, e) for k, s in SNAPSHOTS.items() for e in s.content.entry]))
def test_every_name_on_a_list_is_found_on_that_list(case: tuple[str, lists.Entry]) -> None:
    key, entry = case
    for name in (entry.name, *entry.aliases, *entry.affiliates):
        for spelling in (name, name.upper(), name.replace(" ", "  "), f"by {name}, Ltd"):
            assert find(spelling)[key] is True, spelling


def test_names_of_one_firm_are_told_from_those_of_two() -> None:
    assert same_firm("Teledyne FLIR", "Teledyne FLIR LLC")
    assert same_firm("Hikvision", "Hangzhou Hikvision Digital Technology Co., Ltd.")
    assert not same_firm("HIKMICRO", "Hangzhou Microimage Software Co., Ltd.")


# ---- in decisions


def test_a_listed_firm_anywhere_in_the_dossier_refuses(institution: Institution) -> None:
    institution.write_dossier(components__processor__maker=told("HiSilicon, a Huawei company"))
    decision = decide(institution)
    assert decision.outcome is Outcome.REFUSED
    assert "is Huawei Technologies Company ('Huawei'), listed in: FCC" in texts(decision, "3.5")


def test_an_observed_identifier_refuses_until_a_reviewer_explains_it(
    institution: Institution,
) -> None:
    silent = {
        "present": told(value=True),
        "disabled": told("the socket was removed"),
        "identifiers": told(["ec:df:c9:00:00:01"]),
    }
    institution.write_dossier(connectivity__ethernet=silent)
    decision = decide(institution)
    assert decision.outcome is Outcome.REFUSED
    assert "'ec:df:c9:00:00:01' may be Hikvision ('ecdfc9')" in texts(decision, "3.6")

    typo = "typed from the wrong device"
    why = [{"name": "ec:df:c9:00:00:01", "entry": "Hikvision", "reason": typo}]
    rows = [
        screened(s, cleared=why if s.key == "limen-affiliates" else [])
        for s in institution.register().lists
    ]
    institution.write_dossier(connectivity__ethernet=silent, screening=rows)
    decision = decide(institution)
    assert decision.outcome is Outcome.APPROVED_WITH_CONDITIONS
    assert "a reviewer found it false" in texts(decision, "3.7")


def test_a_dossier_that_nobody_compared_with_a_list_is_refused(institution: Institution) -> None:
    institution.write_dossier(screening=[])
    assert texts(decide(institution), "3.4").count("Nobody has compared it with") == len(LISTS)


def test_lists_grow_stale_first_as_a_condition_then_as_a_refusal(institution: Institution) -> None:
    institution.write_dossier(
        decision={
            "verdict": "approved",
            "why": "For longer than it should.",
            "on": TODAY,
            "expires": date(2027, 12, 31),
        }
    )
    oldest = min(s.content.complete_to for s in institution.register().lists)
    for days, outcome in (
        (180, Outcome.APPROVED),
        (181, Outcome.APPROVED_WITH_CONDITIONS),
        (365, Outcome.APPROVED_WITH_CONDITIONS),
        (366, Outcome.REFUSED),
    ):
        decision = decide(institution, oldest + timedelta(days=days))
        assert decision.outcome is outcome, (days, str(decision))
    assert "days ago; the limit is 365" in texts(decision, "3.3")


def test_a_list_from_the_future_says_that_the_clock_is_wrong(institution: Institution) -> None:
    own_list(institution, "us-ndaa-889", "2027-01-01")
    assert "check the clock" in texts(decide(institution), "3.3")


def own_list(institution: Institution, key: str, day: str, name: str = "Somebody Else") -> Path:
    path = institution.own / "lists" / f"{key}.toml"
    text = LIST.replace("KEY", key).replace("2026-11-30", day).replace("NAME", name)
    path.write_text(text)
    institution.sign(path, What.LIST, institution.anna, institution.bert)
    return path


def test_a_newer_snapshot_replaces_the_shipped_one(institution: Institution) -> None:
    own_list(institution, "us-ndaa-889", "2026-11-30", name="Teledyne FLIR")
    decision = decide(institution)
    assert "'Teledyne FLIR' is Teledyne FLIR" in texts(decision, "3.5")


def test_an_older_snapshot_does_not_replace_the_shipped_one(institution: Institution) -> None:
    own_list(institution, "us-ndaa-889", "2026-11-23", name="Teledyne FLIR")
    assert decide(institution).outcome is Outcome.APPROVED


@pytest.mark.parametrize("how", ["changed", "unsigned", "signed by one", "no toml"])
def test_a_list_that_cannot_be_relied_on_refuses_and_says_so(
    institution: Institution, how: str
) -> None:
    path = own_list(institution, "us-ndaa-889", "2026-11-30")
    if how == "changed":
        path.write_text(path.read_text().replace("Somebody", "Nobody"))
    elif how == "unsigned":
        path.with_name(path.name + ".dsse").unlink()
    elif how == "signed by one":
        institution.sign(path, What.LIST, institution.anna)
    else:
        path.write_bytes(b"\xff")
        institution.sign(path, What.LIST, institution.anna, institution.bert)
    decision = decide(institution)
    assert decision.outcome is Outcome.REFUSED
    assert "us-ndaa-889" in texts(decision, "3.1")


def test_a_list_that_the_policy_wants_and_nobody_has_refuses() -> None:
    from hardware.register import policy

    known = documents.load(today=TODAY)
    paragraph = next(p for p in known.policy.paragraph if p.rule == "lists")
    dossier, signatures = known.dossier("boson-plus-640")
    case = cases.Documents(dossier, signatures, known.lists[1:], TODAY)
    assert isinstance(paragraph, policy.Paragraph)
    assert list(list_rules.lists(case, paragraph)) == [
        "The exclusion list limen-affiliates is missing or altered."
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("= 3", "no TOML"),
        (LIST, "String should match pattern"),
        (LIST.replace("KEY", "other"), "holds the list other"),
        (LIST.replace("KEY", "k").replace('title = "A list"', ""), "title: Field required"),
        (LIST.replace("KEY", "k").replace("[[entry]]", "[[entri]]"), "entri: Extra inputs"),
        (LIST.replace("KEY", "k") + 'usb_vendors = ["2BDF"]', r"entry\.0\.usb_vendors\.0: "),
        (LIST.replace("KEY", "k").replace("count = 1", "count = 2"), "says 2 entries and has 1"),
        (
            LIST.replace("KEY", "k").replace("copied = 2026-11-30", "copied = 2026-11-29"),
            "complete to a day after it was copied",
        ),
    ],
)
def test_a_broken_list_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(ListError, match=says):
        lists.read(text.encode(), "k")


def test_a_snapshot_carries_the_hash_of_its_bytes() -> None:
    one = lists.read(LIST.replace("KEY", "k").encode(), "k")
    other = lists.read(LIST.replace("KEY", "k").encode() + b"\n", "k")
    assert isinstance(one, Snapshot)
    assert one.sha256 != other.sha256


def test_a_person_cannot_compare_today_with_a_list_of_long_ago(institution: Institution) -> None:
    """The old snapshot is held, and was in force once; it says nothing of what came since."""
    known = institution.register()
    now = next(one for one in known.lists if one.key == "us-ndaa-889")
    old = LIST.replace("KEY", "us-ndaa-889").replace("2026-11-30", "2019-01-01").encode()
    snapshot = lists.read(old, "us-ndaa-889")
    (institution.own / "evidence" / f"{snapshot.sha256}.toml").write_bytes(old)
    rows = [screened(one) for one in known.lists if one.key in LISTS and one != now]
    institution.write_dossier(screening=[*rows, screened(snapshot)])
    text = texts(decide(institution), "3.4")
    assert "us-ndaa-889 as it was on 2019-01-01, which was 2890 days old then" in text


def test_a_person_may_have_compared_with_the_snapshot_before(institution: Institution) -> None:
    known = institution.register()
    now = next(one for one in known.lists if one.key == "us-ndaa-889")
    before = LIST.replace("KEY", "us-ndaa-889").replace("2026-11-30", "2026-11-01").encode()
    snapshot = lists.read(before, "us-ndaa-889")
    rows = [screened(one) for one in known.lists if one.key in LISTS and one != now]
    institution.write_dossier(screening=[*rows, screened(snapshot)])
    text = texts(decide(institution), "3.4")
    assert "which is not the snapshot in force, and the evidence folder has no copy" in text
    (institution.own / "evidence" / f"{snapshot.sha256}.toml").write_bytes(before)
    assert texts(decide(institution), "3.4") == ""
    wrong = screened(snapshot) | {"snapshot": date(2026, 11, 2), "on": date(2026, 10, 31)}
    institution.write_dossier(screening=[*rows, wrong])
    text = texts(decide(institution), "3.4")
    assert "the snapshot with that hash is complete to 2026-11-01" in text
    assert "before that snapshot was copied on 2026-11-01" in text
    institution.write_dossier(screening=[*rows, screened(snapshot, reviewer="Zoe")])
    assert "Zoe compared it with us-ndaa-889, and did not sign the dossier." in texts(
        decide(institution), "3.4"
    )
