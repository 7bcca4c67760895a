"""Which simulated person a screened visitor was, and how warm their skin truly was.

A visitor is the person whose true face held the centre of the visitor's box most often. Their true
temperature is that of the site which the screener says it has measured, in the middle (median) of
the frames in which they were matched.
"""

from collections import defaultdict
from statistics import median

from device.simulator.scenario.truth import FrameTruth, PersonTruth, SkinTruth
from screening.result import Box, ScreeningResult, Visitor
from screening.settings import Site


class GroundTruth:
    """Follows the visitors of one run of the simulator."""

    def __init__(self) -> None:
        self._seen: defaultdict[int, defaultdict[int, list[SkinTruth]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def follow(self, result: ScreeningResult, truth: FrameTruth) -> None:
        """Note who is where in this frame."""
        for visitor in result.visitors:
            person = _person_at(visitor.box, truth)
            if person is not None:
                self._seen[visitor.id][person.id].append(person.skin)

    def of(self, visitor: Visitor) -> tuple[int | None, float | None]:
        """Return the id of the person that `visitor` was, and the true skin temperature in deg C.

        Both are None for a visitor who was nobody; the temperature is None where nothing was
        measured.
        """
        people = self._seen.pop(visitor.id, None)
        if not people:
            return None, None
        person, skins = max(people.items(), key=lambda item: len(item[1]))
        if visitor.site is None:
            return person, None
        return person, median(at(visitor.site, skin) for skin in skins)


def _person_at(box: Box, truth: FrameTruth) -> PersonTruth | None:
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    for person in sorted(truth.people, key=lambda person: person.distance_m):
        if person.face_box is not None:
            left, top, width, height = person.face_box
            if left <= x <= left + width and top <= y <= top + height:
                return person
    return None


def at(site: str, skin: SkinTruth) -> float:
    """Return the true temperature of a site, deg C."""
    if site == Site.CANTHUS:
        return max(skin.canthus_right_c, skin.canthus_left_c)
    return skin.face_max_c
