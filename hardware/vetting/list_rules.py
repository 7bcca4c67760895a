# ruff: noqa: D401 # the docstring of a rule is the rule, as a fact about good hardware
"""The rules that compare a dossier with exclusion lists, and ask how old those are."""

from collections.abc import Iterator

from hardware.errors import RegisterError
from hardware.register.dossier import Dossier, Screened
from hardware.register.lists import Match, Snapshot, match_identifier, match_name
from hardware.register.lists import read as read_list
from hardware.register.policy import Paragraph
from hardware.register.sentence import Place, Sentence
from hardware.vetting.cases import Documents, Sentences, too_long_ago


def lists(case: Documents, paragraph: Paragraph) -> Sentences:
    """The lists of the policy are there and intact."""
    for key in sorted(set(paragraph.lists) - {snapshot.key for snapshot in case.lists}):
        yield Sentence("list_missing", "The exclusion list {list} is missing or altered.", list=key)


def fresh(case: Documents, paragraph: Paragraph) -> Sentences:
    """The content of the lists is complete to a day not longer ago than so many days."""
    for snapshot in case.lists:
        age, limit = snapshot.age_days(case.today), paragraph.days
        if age > limit:
            yield Sentence(
                "list_stale",
                "The content of {list} is complete to {day}, {age} days ago; the limit is {limit}.",
                list=snapshot.key,
                day=snapshot.content.complete_to,
                age=age,
                limit=limit,
            )
        elif age < 0:
            yield Sentence(
                "list_ahead",
                "The content of {list} is dated {age} days from now: check the clock.",
                list=snapshot.key,
                age=-age,
            )


def screened(case: Documents, paragraph: Paragraph) -> Sentences:
    """A person has compared the dossier with each list."""
    in_force = {snapshot.key: snapshot for snapshot in case.lists}
    for key in sorted(paragraph.lists):
        rows = [row for row in case.dossier.screening if row.list == key]
        if not rows:
            yield Sentence(
                "compared_by_nobody",
                "Nobody has compared it with {list} and put their name to it.",
                list=key,
            )
        for row in rows:
            told = {"name": row.reviewer, "list": key}
            if not case.signer(row.reviewer):
                yield Sentence(
                    "compared_by_another",
                    "{name} compared it with {list}, and did not sign the dossier.",
                    **told,
                )
            compared = Sentence("compared_on", "{name} compared it with {list} on", **told)
            yield from too_long_ago(case, paragraph, compared, row.on)
            yield from _same_snapshot(case, row, in_force.get(key), paragraph.days)


def _same_snapshot(case: Documents, row: Screened, now: Snapshot | None, days: int) -> Sentences:
    """Find the snapshot that a person used: the one in force, or an earlier one that we hold."""
    what = Sentence(
        "compared",
        "{name} compared it with {list} as it was on {day}",
        name=row.reviewer,
        list=row.list,
        day=row.snapshot,
    )
    if now is None:
        return  # another rule says that the list is missing
    used = now
    if row.sha256 != now.sha256:
        if why := case.evidence.missing(row.sha256):
            yield Sentence(
                "snapshot_not_held",
                "{what}, which is not the snapshot in force, and {why}.",
                what=what,
                why=why,
            )
            return
        try:
            used = read_list(case.evidence.read(row.sha256), row.list)
        except RegisterError as error:
            yield Sentence("snapshot_broken", "{what}. {error}", what=what, error=error)
            return
    if used.content.complete_to != row.snapshot:
        yield Sentence(
            "snapshot_another",
            "{what}; the snapshot with that hash is complete to {day}.",
            what=what,
            day=used.content.complete_to,
        )
    if row.on < used.content.copied:
        yield Sentence(
            "snapshot_later",
            "{what} on {on}, before that snapshot was copied on {copied}.",
            what=what,
            on=row.on,
            copied=used.content.copied,
        )
    if (age := used.age_days(row.on)) > days:
        yield Sentence(
            "snapshot_old",
            "{what}, which was {age} days old then; the limit is {limit}.",
            what=what,
            age=age,
            limit=days,
        )


def names(case: Documents, _: Paragraph) -> Sentences:
    """No name in the dossier is on a list."""
    for match in _matches(case):
        if match.certain and not _is_cleared(case, match):
            yield Sentence("match", "{what}.", what=_said(match))


def doubts(case: Documents, _: Paragraph) -> Sentences:
    """No identifier points to a listed firm, and no name looks like one of theirs."""
    for match in _matches(case):
        if not match.certain and not _is_cleared(case, match):
            yield Sentence("match", "{what}.", what=_said(match))


def cleared(case: Documents, _: Paragraph) -> Sentences:
    """Matches that a reviewer found false stay in sight."""
    for match in _matches(case):
        if _is_cleared(case, match):
            yield Sentence("cleared", "{what}; a reviewer found it false.", what=_said(match))


def _said(match: Match) -> Sentence:
    told = {"given": match.given, "entry": match.entry, "by": match.by, "list": match.list}
    if match.certain:
        return Sentence("listed", "{given!r} is {entry} ({by!r}), listed in: {list}", **told)
    return Sentence("alike", "{given!r} may be {entry} ({by!r}), listed in: {list}", **told)


def _matches(case: Documents) -> Iterator[Match]:
    """Compare every word of the dossier with every list, each pair once."""
    seen = set()
    for path, given in _told(case.dossier):
        is_identifier = path == "usb.ids" or path.endswith(".identifiers")
        compare = match_identifier if is_identifier else match_name
        for snapshot in case.lists:
            for match in compare(given, snapshot):
                if (given, match.entry, match.key) not in seen:
                    seen.add((given, match.entry, match.key))
                    yield match


def _told(dossier: Dossier) -> Iterator[tuple[str, str]]:
    """Yield every text that says something of the hardware, with its path."""
    yield "name", dossier.name
    yield "summary", dossier.summary
    for path, statement in dossier.statements():
        value = statement.value
        for given in value if isinstance(value, tuple) else (value,):
            if isinstance(given, str):
                yield path, given
    for document in dossier.evidence:
        yield "evidence", document.issuer


def _is_cleared(case: Documents, match: Match) -> bool:
    rows = [row for row in case.dossier.screening if row.list == match.key]
    pair = (match.given, match.entry)
    return any((entry.name, entry.entry) == pair for row in rows for entry in row.cleared)


def jurisdiction(case: Documents, paragraph: Paragraph) -> Sentences:
    """No national security law of these countries can compel the maker or make a part of it."""
    law = case.dossier.ownership.security_law
    for country in sorted(set(law.value or ()) & set(paragraph.countries)):
        yield Sentence(
            "security_law",
            "The maker is subject to the national security law of {country}.",
            country=country,
        )
    for path, statement in case.dossier.statements():
        last = path.rpartition(".")[2]
        if last in {"country", "factory_country"} and statement.value in paragraph.countries:
            yield Sentence(
                "made_there", "{place}: {country}.", place=Place(path), country=statement.value
            )
