"""The scene at one moment as radiance at the lens: room, references, and people by distance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from device.simulator.camera.camera import MODELS, Optics
from device.simulator.people.actor import Actor, hidden_by, summary
from device.simulator.physics import radiometry
from device.simulator.render.drawing import Views
from device.simulator.render.layers import Image
from device.simulator.scenario.schema import Scenario
from device.simulator.scenario.timeline import Pose
from device.simulator.scenario.truth import Box, PersonTruth, ReferenceTruth, VisitorTruth, share_of
from device.simulator.surroundings.dog import Dog
from device.simulator.surroundings.references import Blackbody
from device.simulator.surroundings.room import room_image

_NEAREST_M = 0.25  # nearer, a person is beside the camera
_HIDES = 0.02  # share of a reference that may be covered while it counts as seen


@dataclass(frozen=True, slots=True)
class Rendered:
    """What `Scene.render` says beside the image."""

    people: tuple[PersonTruth, ...]
    references: tuple[ReferenceTruth, ...]


class Scene:
    """Room and people of a scenario, ready to be rendered at any time in any order."""

    def __init__(self, scenario: Scenario, optics: Optics, rng: np.random.Generator) -> None:
        room = scenario.room
        self._room = room
        views = Views()
        self._actors = tuple(
            Actor(
                number,
                person,
                room,
                optics,
                smear_s=MODELS[scenario.camera.model].smear_s,
                rng=rng,
                views=views,
            )
            for number, person in enumerate(scenario.people, 1)
        )
        self._references = tuple(
            Blackbody(reference, room, optics, rng.random(3)) for reference in scenario.references
        )
        self._walls = room_image(room, optics, rng)
        self._dogs = tuple(
            Dog(item, room, optics) for item in room.items if item.walk_to is not None
        )

    def render(self, time_s: float, out: Image) -> Rendered:
        """Draw the moment `time_s` into `out` (band radiance, `(H, W) float32`)."""
        return self.stage([actor.path.at(time_s) for actor in self._actors], time_s, out)

    def stage(self, poses: Sequence[Pose | None], time_s: float, out: Image) -> Rendered:
        """Draw everybody in the pose that is given for them (None: not there) into `out`."""
        np.copyto(out, self._walls)
        present = [
            (actor, pose)
            for actor, pose in zip(self._actors, poses, strict=True)
            if pose is not None and pose.z_m > _NEAREST_M
        ]
        todo: list[tuple[float, Dog | Blackbody | tuple[Actor, Pose]]] = [
            *((pair[1].z_m, pair) for pair in present),
            *((reference.distance_m, reference) for reference in self._references),
            *((dog.distance_m(time_s), dog) for dog in self._dogs),
        ]
        todo.sort(key=lambda thing: -thing[0])
        people: list[PersonTruth] = []
        faces: list[Image] = []  # as they were drawn, before what is nearer
        plates: dict[Blackbody, ReferenceTruth] = {}
        for distance_m, what in todo:
            if isinstance(what, Dog):
                what.draw(time_s, self._air(distance_m), out)
            elif isinstance(what, Blackbody):
                plate = what.draw(time_s, self._air(distance_m), out)
                if plate is not None:
                    plates[what] = plate
            else:
                person, body = self._draw(*what, time_s, out)
                people.append(person)
                faces.append(_part(out, person.face_box).copy())
                hidden = [r for r in plates if share_of(plates[r].box, body) > _HIDES]
                plates |= {r: replace(plates[r], visible=False) for r in hidden}
        for number, (person, face) in enumerate(zip(people, faces, strict=True)):
            if face.size:  # else it is not in the picture
                changed = np.count_nonzero(_part(out, person.face_box) != face)
                people[number] = hidden_by(person, changed / face.size)
        return Rendered(tuple(people), tuple(plates[r] for r in self._references if r in plates))

    def prepare(self, time_s: float) -> bool:
        """Draw a little of what this moment will need; return False when it is all there.

        What `render` draws does not depend on it: only how long it takes.
        """
        for actor in self._actors:
            pose = actor.path.at(time_s)
            if pose is not None and pose.z_m > _NEAREST_M and actor.prepare(pose):
                return True
        return False

    def visitors(self, duration_s: float) -> tuple[VisitorTruth, ...]:
        """Say what is true of each visitor over the scenario, looking ten times a second."""
        summaries = []
        for actor in self._actors:
            if actor.person.role != "visitor":
                continue
            seen = []
            for time_s in np.arange(0.0, duration_s, 0.1):
                pose = actor.path.at(float(time_s))
                if pose is not None and pose.z_m > _NEAREST_M:
                    truth = actor.truth(actor.stand(pose), float(time_s))
                    if truth.visible > 0.0:
                        seen.append((float(time_s), truth))
            if seen:
                summaries.append(summary(seen))
        return tuple(summaries)

    def _draw(self, actor: Actor, pose: Pose, time_s: float, out: Image) -> tuple[PersonTruth, Box]:
        stand = actor.stand(pose)
        truth = actor.truth(stand, time_s)
        return truth, actor.draw(stand, time_s, self._air(truth.distance_m), out)

    def _air(self, distance_m: float) -> tuple[float, float]:
        """Return what the way through the air lets through, and what it adds."""
        room = self._room
        tau = radiometry.transmission(distance_m, room.ambient_c, room.relative_humidity)
        return tau, (1.0 - tau) * float(radiometry.radiance(room.ambient_c))


def _part(image: Image, box: Box | None) -> Image:
    """Return the pixels of a box that are in the picture, none without a box."""
    if box is None:
        return image[:0]
    x, y, w, h = box
    return image[max(0, round(y)) : max(0, round(y + h)), max(0, round(x)) : max(0, round(x + w))]
