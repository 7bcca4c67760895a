"""Draw what the simulator does beside what clinical tables and recordings show, as one figure.

Needs the training environment and the data for measuring (LIMEN_DATA, or ../shared/data). Only
numbers are drawn, never a frame. Run it from the project's root:

    . scripts/environment && environment .venv-training run training
    .venv-training/bin/python training/heads/figure.py
"""

import csv
import os
from pathlib import Path

import matplotlib as mpl
import numpy as np
from cptv import CPTVReader

mpl.use("svg")
import matplotlib.pyplot as plt

from device.simulator.camera.camera import Detector, optics_of
from device.simulator.camera.shutter import Shutter
from device.simulator.people import skin
from device.simulator.physics import radiometry
from device.simulator.scenario import schema
from training.training_set import ENTRANCE, render_samples

DATA = Path(os.environ.get("LIMEN_DATA", "../shared/data"))
OUT = Path("docs/explanation/simulator-distributions.svg")
REAL, OURS = "#555555", "#d1495b"


def main() -> None:
    """Draw all panels."""
    mpl.rcParams.update({"svg.hashsalt": "limen", "font.size": 8, "svg.fonttype": "none"})
    figure, axes = plt.subplots(2, 3, figsize=(10.0, 5.6), layout="constrained")
    regions(axes[0])
    spectrum(axes[1, 0])
    flat_field(axes[1, 1])
    spread(axes[1, 2])
    axes[0, 0].legend()
    figure.savefig(OUT, metadata={"Date": None})
    print(f"wrote {OUT}")


def clinical() -> dict[str, np.ndarray]:
    """Afebrile subjects, means of rounds 1 to 3, brought to 24 deg C."""
    with (DATA / "fever-clinical" / "FLIR_group1.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))

    def column(name: str) -> np.ndarray:
        at = rows[2].index(name)
        return np.array([float(r[at]) if r[at] not in {"", "NaN"} else np.nan for r in rows[3:]])

    def rounds(name: str) -> np.ndarray:
        return np.mean([column(name.format(k)) for k in (1, 2, 3)], axis=0)

    right, left = rounds("Max1R13_{}"), rounds("Max1L13_{}")
    ambient, oral = column("T_atm"), column("aveOralM")
    out = {"canthus": np.maximum(right, left), "forehead": rounds("T_FHCC{}")}
    good = np.isfinite(ambient + oral + right + left + out["forehead"]) & (oral < 37.5)
    for name, values in out.items():
        slope = np.polyfit(ambient[good], values[good], 1)[0]
        out[name] = values[good] - slope * (ambient[good] - 24.0)
    out["left minus right canthus"] = (left - right)[good]
    return out


def regions(axes: np.ndarray) -> None:
    """Region temperatures."""
    person = schema.Person.model_validate({"start": (0.0, 1.0), "steps": ({"stand_s": 1.0},)})
    rng = np.random.Generator(np.random.PCG64(1))
    people = [skin.draw(person, schema.Room(ambient_c=24.0), rng) for _ in range(2000)]
    ours = {
        "canthus": [max(p.canthus_right_c, p.canthus_left_c) - 0.06 for p in people],
        "forehead": [p.forehead_c for p in people],
        "left minus right canthus": [p.canthus_left_c - p.canthus_right_c for p in people],
    }
    for axis, (name, values) in zip(axes, clinical().items(), strict=True):
        bins = np.linspace(*np.percentile(values, [0, 100]), 25)
        axis.hist(
            values, bins, density=True, color=REAL, alpha=0.5, label=f"clinical, {len(values)}"
        )
        axis.hist(ours[name], bins, density=True, histtype="step", color=OURS, label="simulated")
        axis.set(title=name, xlabel="deg C" if "minus" not in name else "K", yticks=[])


def recording(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Frames in deg C, upright, and seconds since the last FFC."""
    with (DATA / "lepton-kiosk" / "recordings" / name).open("rb") as file:
        frames = list(CPTVReader(file))
    celsius = np.array([np.rot90(f.pix, -1) * 0.01 - 273.15 for f in frames])
    return celsius, np.array([(f.time_on - f.last_ffc_time).total_seconds() for f in frames])


def spectrum(axis: plt.Axes) -> None:
    """Spatial spectrum along rows of what changes from frame to frame."""
    real = recording("20210322-141052.cptv")[0][:, 4:40, 56:120]
    camera = schema.Camera(model="lepton-3.5", portrait=True)
    optics = optics_of(camera)
    eye = Detector(camera, schema.Room(), optics, np.random.Generator(np.random.PCG64(2)))
    frames = []
    for number in range(80):
        counts = np.zeros((optics.height, optics.width), np.uint16)
        image = np.full(counts.shape, float(radiometry.radiance(28.0)), np.float32)
        eye.expose(image, number / 9.0, counts)
        frames.append(counts[4:40, 56:120] * 0.01)
    for values, colour, name in ((real, REAL, "recording"), (np.array(frames), OURS, "simulated")):
        change = np.diff(values, axis=0) / np.sqrt(2.0)
        change -= np.median(change, axis=(1, 2), keepdims=True)
        power = (np.abs(np.fft.rfft(change, axis=2)) ** 2).mean(axis=(0, 1)) / change.shape[2]
        frequency = np.fft.rfftfreq(change.shape[2])
        axis.semilogy(frequency[1:], power[1:] * 1e6, color=colour, label=name)
    axis.set(title="noise spectrum along rows", xlabel="cycles per pixel", ylabel="mK$^2$")


def flat_field(axis: plt.Axes) -> None:
    """How a constant reference is shown after an FFC."""
    marks = {}
    with (DATA / "lepton-kiosk" / "frame_labels.csv").open() as file:
        for row in csv.DictReader(file):
            marks[row["file"]] = (
                round(float(row["reference_x"])),
                round(float(row["reference_y"])),
            )
    for name in ("20210324-052519.cptv", "fs-1204-815835-2021-03-30T22_12_43.037Z.cptv"):
        celsius, age = recording(name)
        x, y = marks[name]
        shown = np.median(celsius[:, y - 3 : y + 4, x - 3 : x + 4], axis=(1, 2))
        axis.plot(age, shown - shown[-10:].mean() + np.exp(-age[-1] / 24.0), ".", ms=2, color=REAL)
    age = np.linspace(0.0, 60.0, 240)
    for seed in range(3):
        rng = np.random.Generator(np.random.PCG64(seed))
        shutter = Shutter(schema.Camera(ffc_age_s=0.0), 0.0, 0.0, rng)
        axis.plot(age, [shutter.jump_k(float(second)) for second in age], color=OURS, lw=0.9)
    axis.set(title="offset after an FFC", xlabel="seconds", ylabel="K")


def spread(axis: plt.Axes) -> None:
    """Percentiles inside the face against its median, for recordings and renders."""
    wanted = (5, 25, 75, 95)

    def inside(image: np.ndarray, box: tuple[float, ...]) -> np.ndarray:
        x, y, w, h = box
        rows, columns = np.mgrid[: image.shape[0], : image.shape[1]]
        oval = np.hypot((columns - x - w / 2) / (0.42 * w), (rows - y - h / 2) / (0.42 * h)) < 1.0
        return np.percentile(image[oval], wanted) - np.median(image[oval])

    real = []
    with (DATA / "lepton-kiosk" / "frame_labels.csv").open() as file:
        labels = [row for row in csv.DictReader(file) if row["label"] == "F"]
    for name in sorted({row["file"] for row in labels}):
        celsius, _ = recording(name)
        real += [
            inside(celsius[int(r["frame"])], tuple(float(r[f"face_{k}"]) for k in "xywh"))
            for r in labels
            if r["file"] == name
        ]
    ours = [
        inside(image, truth.people[0].face_box)
        for image, truth in render_samples(5, 160, wish=ENTRANCE)
        if truth.people[0].face_box and truth.people[0].visible > 0.97
    ]
    for values, colour, shift in ((real, REAL, -0.16), (ours, OURS, 0.16)):
        axis.boxplot(
            np.array(values),
            positions=np.arange(4) + shift,
            widths=0.25,
            showfliers=False,
            boxprops={"color": colour},
            medianprops={"color": colour},
            whiskerprops={"color": colour},
            capprops={"color": colour},
        )
    axis.set(title="inside the face, against its median", ylabel="K")
    axis.set_xticks(range(4), [f"{p} %" for p in wanted])


if __name__ == "__main__":
    main()
