"""Names over three alphabets: listed firms are found, innocent ones are left alone."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.register import documents, names
from hardware.register.lists import match_name
from hardware.register.name_index import NameIndex
from hardware.register.names import fold, same_firm
from tests.hardware.institution import TODAY

LISTS = documents.load(today=TODAY).lists
LISTED = [
    name
    for snapshot in LISTS
    for entry in snapshot.content.entry
    for name in (entry.name, *entry.aliases, *entry.affiliates)
]
INNOCENT = [
    line
    for line in (Path(__file__).parent / "innocent_names.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def found(text: str) -> dict[str, bool]:
    """Return the listed firms that a text names, and whether for certain."""
    matches = [match for snapshot in LISTS for match in match_name(text, snapshot)]
    return {m.entry: any(o.certain for o in matches if o.entry == m.entry) for m in matches}


BRANDS = {
    "Hikvision": (
        *(
            "Hikrobot",
            "HIK",
            "hik",
            "HIKMICRO",
            "EZVIZ",
            "HiLook",
            "HikFire",
            "H\u0130KV\u0130S\u0130ON",
        ),
        *("海康", "海康威视", "杭州海康", "海康机器人", "杭州海康机器人股份有限公司", "萤石网络"),
        *("杭州海康威视数字技术股份有限公司", "Хиквижн", "ХИКВИЖН", "Hik Vision", "HIK-VISION"),
        *(
            "\uff28\uff49\uff4b\uff56\uff49\uff53\uff49\uff4f\uff4e",
            "H i k v i s i o n",
            "Hik\u200bvision",
            "Hik\u00advision",
        ),
    ),
    "Dahua Technology": ("Dahua", "DAHUA", "大华", "浙江大华", "Дахуа", "Lorex", "Imou"),
    "Zhejiang Uniview Technologies": ("Uniview", "UNV", "宇视", "浙江宇视科技有限公司", "Юнивью"),
    "Tiandy Technologies": ("Tiandy", "天地伟业", "天津天地伟业科技有限公司", "Тианди"),
    "Huawei Technologies": ("Huawei", "HiSilicon", "海思半导体", "Хуавэй", "Huawei Europe GmbH"),
}


@pytest.mark.parametrize(
    ("firm", "spelling"), [(firm, one) for firm, all_ in BRANDS.items() for one in all_]
)
def test_a_brand_is_found_in_every_alphabet(firm: str, spelling: str) -> None:
    assert found(spelling).get(firm) is True
    assert found(f"the processor is by {spelling}, says a label").get(firm) is True


@pytest.mark.parametrize(
    "spelling",
    [
        "Hlkvision",
        "Hikvisoin",
        "Hikvlsion",
        "\u041dikvision",  # a Cyrillic letter for an H
        "Hikvisi\u03bfn",  # a Greek omicron
        "Хаиквижин",
        "Хиквижион",
        "Dahuua Technology",
        "\u041d\u0406\u041a",  # HIK in Cyrillic letters that look like it
        "\u202enoisivkiH\u202c",  # shown as Hikvision
        "Lorrex",
    ],
)
def test_a_name_that_looks_or_sounds_like_one_raises_doubt(spelling: str) -> None:
    assert found(spelling)
    assert not all(found(spelling).values())


def test_seven_hundred_innocent_firms_are_left_alone() -> None:
    assert len(INNOCENT) == len(set(INNOCENT)) >= 700
    wrong = {name: found(name) for name in INNOCENT if found(name)}
    assert wrong == {}


def test_innocent_firms_are_left_alone_in_a_sentence() -> None:
    wrong = {name for name in INNOCENT if found(f"{name}, maker of the lens since 2019")}
    assert wrong == set()


def test_a_chinese_name_of_two_characters_counts_alone_and_in_a_firm_s_name_only() -> None:
    assert found("浙江海康科技有限公司")["Hikvision"]
    for text in ("上海康恩贝医药有限公司", "海康恩制药有限公司", "大海康复中心"):
        assert found(text) == {}


def test_two_names_of_nobody_are_not_one_firm() -> None:
    assert not same_firm("Co., Ltd.", "Hikvision")
    assert not same_firm("", "")
    assert same_firm("Teledyne FLIR", "TELEDYNE-FLIR, LLC")
    assert not same_firm("Teledyne FLIR", "FLIR Hikvision")


# ---- the index of a long list loses nothing


def all_compared(text: str, listed: list[str]) -> set[str]:
    """Return the names that a text holds or looks like, each compared."""
    one = fold(text)
    return {n for n in listed if names.holds(one, fold(n)) or names.alike(one, fold(n))}


def through_the_index(text: str, listed: list[str]) -> set[str]:
    index, one = NameIndex(listed), fold(text)
    near = [(listed[number], index.folded[number]) for number in index.near(one)]
    return {n for n, name in near if names.holds(one, name) or names.alike(one, name)}


EDITS = st.tuples(st.sampled_from("rda"), st.integers(0, 40), st.sampled_from("abcdexyz\u043e海 "))


@settings(max_examples=300)
@given(st.sampled_from(LISTED), st.lists(EDITS, max_size=2), st.sampled_from(INNOCENT))
def test_what_is_found_by_comparing_all_is_found_through_the_index(
    name: str, edits: list[tuple[str, int, str]], other: str
) -> None:
    listed = [name, *LISTED[:40]]
    for how, place, letter in edits:
        at = place % max(1, len(name))
        rest = name[at + 1 :] if how in "rd" else name[at:]
        name = name[:at] + ("" if how == "d" else letter) + rest
    for text in (name, f"{other} and {name} of {other}"):
        assert through_the_index(text, listed) == all_compared(text, listed), text


@pytest.mark.parametrize(
    "text", ["Хиквижн", "made by Дом", "海康", "浙江海康科技有限公司", "HP", "", "Hikvision"]
)
def test_short_and_foreign_names_are_found_through_the_index(text: str) -> None:
    listed = [*LISTED, "HP", "Дом"]
    assert through_the_index(text, listed) == all_compared(text, listed)
