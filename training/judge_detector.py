"""How good the whole detector is with a file of weights: `python -m training.judge_detector FILE`.

On three sorts of pictures that nothing was trained on: labelled frames of real doors, entrances
that are drawn for the bench, and renders, plain and with kinds of furniture that are kept out of
training. The network finds and the close-up and the gate drop, as in the station; the station's
map of its furniture has no part in it.
"""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device.frame import KELVIN_OFFSET
from screening.faces import network
from screening.faces.detector import LONGEST_PX, FaceDetector
from service.offline.bench import entrances, faces, scenes
from service.offline.bench.data import find
from service.offline.bench.entrance_draws import draw
from training.furnished import KEPT_OUT, furnish
from training.pictures import HIDDEN, SMALLEST_WANTED_PX, look, masks
from training.samples import Render, Renders

UNSEEN = (Renders("lepton-3.5", 9000, 150), Renders("boson-plus-320", 9500, 150))
JUDGED_DRAW = 5_000_000  # of furniture for renders
DRAWS = 250  # entrances before each camera
FRAME = 5  # of a film: the camera has settled


@dataclass(slots=True)
class Tally:
    """Faces that were wanted and found, boxes that hold none, and canthi in widths of the face."""

    wanted: int = 0
    found: int = 0
    false_faces: int = 0
    pictures: int = 0
    off: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        """Say it in one line."""
        median, p90 = np.percentile(self.off or [float("nan")], (50, 90))
        return (
            f"found {self.found} of {self.wanted}, {self.false_faces} false on {self.pictures}, "
            f"canthi {median:.3f}, {p90:.3f}"
        )


def main() -> None:
    """Judge a file of weights."""
    parser = argparse.ArgumentParser(prog="python -m training.judge_detector", description=__doc__)
    parser.add_argument("weights", type=Path, help="a face.onnx")
    parser.add_argument("--work", type=Path, required=True, help="folder for renders")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    network._WEIGHTS = asked.weights.read_bytes()  # noqa: SLF001  # it is the file that differs
    figures = faces.score(faces.read_labelled(find("lepton-kiosk", faces.LABELS).parent))
    print(f"real: {figures.found} of {figures.faces}, {figures.false_faces} false")
    for model in entrances.MODELS:
        print(f"{model}: {on_entrances(model)} faces on {DRAWS} empty entrances")
    for renders in UNSEEN:
        kept = renders.kept(asked.work / "renders")
        hard = (furnish(each, JUDGED_DRAW + n, KEPT_OUT) for n, each in enumerate(kept))
        print(f"{renders.camera}: {on_renders(kept)}")
        print(f"{renders.camera}, furnished: {on_renders(r for r in hard if r is not None)}")


def on_entrances(model: str) -> int:
    """Return the faces in one frame of each drawn entrance, where nobody is."""
    info, films = entrances.film(model)
    detector = FaceDetector(info.width, info.height)
    found = 0
    for number in range(DRAWS):
        entrance = draw(number, (info.height, info.width), scenes.ROOM_C)
        frame, behind = films[number // 2 % len(films)][FRAME]
        counts = entrances.painted(frame, behind, entrance).astype(np.float32)
        celsius = counts * np.float32(frame.radiometry.kelvin_per_count) - np.float32(KELVIN_OFFSET)
        found += len(detector.detect(celsius, masks(np.array([entrance.disc], np.float32))))
    return found


def on_renders(renders: Iterable[Render]) -> Tally:
    """Look for the faces of renders; of one that is small or turned nothing is asked."""
    tally = Tally()
    for render in renders:
        height, width = render.celsius.shape
        scale = min(1.0, LONGEST_PX / max(width, height))
        said = FaceDetector(width, height).detect(
            render.celsius.astype(np.float32), masks(render.references)
        )
        seen = render.visible > HIDDEN
        boxes, points = render.boxes[seen], render.points[seen]
        wanted = look(render).wanted & (boxes[:, 2] * scale >= SMALLEST_WANTED_PX)
        tally.pictures += 1
        tally.false_faces += sum(not _near(one.box, boxes) for one in said)
        for box, canthi in zip(boxes[wanted], points[wanted, :2], strict=True):
            x, y, w, h = box.tolist()
            tally.wanted += 1
            for one in said:
                if faces.holds(one, (x + w / 2, y + h / 2)):
                    tally.found += 1
                    off = np.hypot(*(one.landmarks[:2] - canthi).T)
                    tally.off.append(float(off.mean()) / w)
                    break
    return tally


def _near(box: tuple[float, float, float, float], boxes: NDArray[np.float32]) -> bool:
    """Whether the middle of a box lies in one of `boxes (N, 4)`."""
    middle = np.array([box[0] + box[2] / 2, box[1] + box[3] / 2])
    return bool((np.abs(middle - boxes[:, :2] - boxes[:, 2:] / 2) < boxes[:, 2:] / 2).all(1).any())


if __name__ == "__main__":
    main()
