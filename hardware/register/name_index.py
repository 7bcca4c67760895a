"""Which names of a long list are worth comparing with a text.

The Union's list of sanctions has thousands of firms with several spellings each; comparing every
word of a dossier with each of them takes a minute. A name that stands in a text, or looks like a
word of it, shares runs of three letters with it, where beginning and end count as letters: whoever
shares less than a quarter of a name's runs is neither in the text nor like it. That nothing is lost
by it is tested against comparing all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from hardware.register import names
from hardware.register.names import Folded

_RUN = 3
_SHARED = 1 / 4  # two letters that are missing in eight spoil six of eight runs


class NameIndex:
    """The names of one list.

    Parameters
    ----------
    listed
        The names, as listed.
    """

    def __init__(self, listed: Iterable[str]) -> None:
        self.folded = tuple(names.fold(name) for name in listed)
        self._with_run: dict[str, list[int]] = defaultdict(list)
        self._with_sound: dict[str, list[int]] = defaultdict(list)
        self._with_skeleton: dict[str, list[int]] = defaultdict(list)
        self._least: list[float] = []  # runs to share
        self._short = {n for n, name in enumerate(self.folded) if len(name.letters) < _RUN}
        for number, name in enumerate(self.folded):
            spellings = {name.letters, "".join(names.distinct(name.words))} - {""}
            runs = [set(_runs(spelling)) for spelling in spellings]
            self._least.append(min((len(one) for one in runs), default=0) * _SHARED)
            for run in set().union(*runs):
                self._with_run[run].append(number)
            self._with_skeleton[names.skeleton(name.letters)].append(number)
            if name.letters.isascii():
                self._with_sound[names.sound(name.letters)].append(number)

    def near(self, text: Folded) -> Iterator[int]:
        """Yield the numbers of the names that may stand in a text, or look or sound like it."""
        parts = {*names.parts(text), "".join(names.distinct(text.words))}
        parts |= {*text.read, "".join(text.read)}
        runs = {run for part in parts for run in _runs(part)}
        shared = Counter(number for run in runs for number in self._with_run.get(run, ()))
        found = {number for number, times in shared.items() if times >= self._least[number]}
        for part in names.parts(text):
            found.update(self._with_skeleton.get(names.skeleton(part), ()))
        if not text.letters.isascii():
            for word in text.words:
                found.update(self._with_sound.get(names.sound(word), ()))
        yield from sorted(found | self._short)


def _runs(letters: str) -> Iterator[str]:
    whole = f"^{letters}$"
    return (whole[at : at + _RUN] for at in range(len(whole) - _RUN + 1))
