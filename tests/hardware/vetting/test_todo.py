"""What an owner must obtain: from whom, in which words, and that it is all that is missing."""

from collections.abc import Iterator

import pytest

from hardware.register import documents
from hardware.register.dossier import Dossier, whom
from hardware.register.sections import Component
from hardware.register.statement import Document, Statement, Whom
from hardware.vetting.letter import ANSWERING, LANGUAGES, letter
from hardware.vetting.todo import A_PERSON, PROOF, Need, needs
from tests.hardware.institution import KEY, TODAY, Institution, fitted, told
from tests.hardware.register.test_signature import own_policy

KNOWN = documents.load(today=TODAY)


def of(institution: Institution, **changes: object) -> list[Need]:
    institution.write_dossier(**changes)
    known = institution.register()
    return list(needs(known.dossier(KEY)[0], known))


def test_nothing_is_needed_of_what_is_approved(institution: Institution) -> None:
    flags = dict.fromkeys(
        ("sees_pixels", "usb_role", "stores", "single_supplier"), told(value=False)
    )
    parts = ("sensor_core", "processor", "interface_board", "lens")
    changes = {f"components__{part}": fitted() | flags for part in parts}
    certificate = {"certificate": told("K-1"), "due": told(TODAY)}
    assert of(institution, metrology=certificate, **changes) == []


def test_what_is_only_declared_needs_proof_where_the_policy_insists(
    institution: Institution,
) -> None:
    declared = {"value": "Teledyne FLIR", "declared": ["inspection"]}
    found = of(institution, identity__maker=declared, identity__badge_brand=declared)
    assert Need(PROOF, ("identity.maker",), Whom.MAKER, insisted=True) in found
    assert "identity.badge_brand" not in [path for need in found for path in need.paths]


def test_what_would_tell_is_said_in_the_words_of_the_dossier(institution: Institution) -> None:
    unknown = {"unknown": "the label on the box"}
    (need,) = [n for n in of(institution, identity__badge_brand=unknown) if not n.insisted][:1]
    assert need == Need(
        "the label on the box", ("identity.badge_brand",), Whom.YOURSELVES, insisted=False
    )


def test_what_is_insisted_on_comes_first_and_once(institution: Institution) -> None:
    bill = {"unknown": "bill of materials from the maker"}
    found = of(
        institution,
        components__sensor_core=fitted() | {"maker": bill},
        components__processor=fitted() | {"maker": bill},
    )
    rank = [need.insisted for need in found]
    assert rank == sorted(rank, reverse=True)
    (need,) = [need for need in found if need.what == "bill of materials from the maker"]
    assert need.paths == ("components.sensor_core.maker", "components.processor.maker")
    assert need.insisted  # the policy insists on the first, and one bill answers both
    assert need.words[0] == "components: sensor core: maker"


def test_a_person_who_compares_is_needed_for_each_list(institution: Institution) -> None:
    (need,) = [need for need in of(institution, screening=[]) if need.what == A_PERSON]
    assert "FCC Covered List" in need.paths
    assert need.whom is Whom.YOURSELVES
    assert need.insisted
    assert len(need.paths) == 5


def test_what_a_device_is_compared_with_is_needed(institution: Institution) -> None:
    unknown = {"unknown": "ask the device"}
    (need,) = [n for n in of(institution, units__serials=unknown) if n.what == "ask the device"]
    assert need == Need("ask the device", ("units.serials",), Whom.SELLER, insisted=True)
    institution.write_dossier(kind="reference", units__serials=unknown)
    known = institution.register()
    found = needs(known.dossier(KEY)[0], known)
    assert "ask the device" not in [need.what for need in found]
    assert "metrology.due" in [path for need in found for path in need.paths]


def test_a_way_out_that_nobody_knows_of_is_needed(institution: Institution) -> None:
    found = of(institution, connectivity__wifi={"present": {"unknown": "open one"}})
    assert Need("open one", ("connectivity.wifi.present",), Whom.YOURSELVES, insisted=True) in found


def test_a_rule_that_is_switched_off_needs_nothing(institution: Institution) -> None:
    path = own_policy(institution, *institution.people)
    text = path.read_text()
    head, tail = text.split('rule = "screened"\n')
    path.write_text(head + 'rule = "screened"\n' + tail.replace('"refuse"', '"none"', 1))
    from hardware.register.trust import What

    institution.sign(path, What.POLICY, *institution.people)
    assert A_PERSON not in [need.what for need in of(institution, screening=[])]


# ---- who can answer, and the letters


def paths(model: type[Document], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Statement):
            yield f"{prefix}{name}"
        elif isinstance(kind, type) and issubclass(kind, Document):
            yield from paths(kind, f"{prefix}{name}.")


def test_of_every_statement_somebody_is_named_who_can_tell() -> None:
    found = {path: whom(path) for path in paths(Dossier)}
    assert set(found.values()) == set(Whom)
    assert found["components.lens.maker"] is Whom.MAKER
    with pytest.raises(KeyError):
        whom("identity.nothing")


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_they_could_tell_is_asked_in_every_language(language: str) -> None:
    dossier, _ = KNOWN.dossier("thermoteknix-reference")
    for asked in ANSWERING:
        mine = [path for path in paths(Dossier) if whom(path) is asked]
        everything = tuple(Need("x", (path,), asked, insisted=True) for path in mine)
        text = letter(dossier, everything, asked, language)
        components = {path.rpartition(".")[2] for path in mine if path.startswith("components.")}
        others = [path for path in mine if not path.startswith("components.")]
        assert text.count("\n") > len(others) + len(components)
        assert f"\n{len(others) + len(components)}. " in text
        assert f"\n{len(others) + len(components) + 1}. " not in text
        assert "{" not in text
        assert dossier.name in text


def test_a_letter_asks_only_whom_it_is_written_to() -> None:
    dossier, _ = KNOWN.dossier("boson-plus-640")
    needed = needs(dossier, KNOWN)
    maker = letter(dossier, needed, Whom.MAKER, "en")
    seller = letter(dossier, needed, Whom.SELLER, "en")
    parts = "thermal sensor core, processor, interface board, lens or window"
    assert f"who makes this: {parts}" in maker
    assert "certificate of origin" in seller
    assert "certificate of origin" not in maker
    assert "who makes this" not in seller
    assert maker.startswith("Teledyne FLIR Boson+ 640: what we have to know before we may use it")


def test_the_languages_ask_the_same_and_none_is_left_in_english() -> None:
    dossier, _ = KNOWN.dossier("boson-plus-640")
    needed = needs(dossier, KNOWN)
    letters = [letter(dossier, needed, Whom.MAKER, language) for language in LANGUAGES]
    counts = {text.count("\n") for text in letters}
    assert len(counts) == 1
    first, *rest = (set(text.splitlines()) for text in letters)
    for other in rest:
        assert first & other == {""}


def test_the_names_of_parts_in_letters_are_those_of_the_schema() -> None:
    assert "control" in Component.model_fields
    for language in LANGUAGES:
        needed = (Need("x", ("components.heat_source.maker",), Whom.MAKER, insisted=False),)
        dossier, _ = KNOWN.dossier("thermoteknix-reference")
        assert "heat_source" not in letter(dossier, needed, Whom.MAKER, language)
