"""A visitor's skin temperature from the best frames: never a bare maximum, never all of them.

A maximum over frames finds the noise, a mean over all of them the blurred and half-turned ones.
The best few by quality, weighted by what is known of their errors, come within a few hundredths of
a degree. Errors that all frames share (reference, emissivity) do not average down: they stay in
the budget.
"""

from dataclasses import dataclass
from typing import Final

BEST: Final = 9
MIN_FRAMES: Final = 4  # frames before anything is said


@dataclass(frozen=True, slots=True)
class Sample:
    """One usable frame of a visitor.

    `raw_c` is apparent, `corrected_c` has reference and scene taken out, `footprint_c` is what the
    pixels' footprint takes from a hot spot; `time_s` is that of the frame. `height_sd_c` is the
    standard uncertainty of the hot spot's height where it was measured; None: it is as usual.
    """

    quality: float
    raw_c: float
    corrected_c: float
    footprint_c: float
    sd_c: float
    mm_per_px: float
    blur_px: float
    time_s: float = 0.0
    height_sd_c: float | None = None


@dataclass(frozen=True, slots=True)
class Fused:
    """The estimate from the best frames.

    `noise_c` is its standard uncertainty from scatter; `height_sd_c` as in `Sample`: more frames of
    the same spot do not make it smaller.
    """

    raw_c: float
    corrected_c: float
    footprint_c: float
    noise_c: float
    mm_per_px: float
    blur_px: float
    height_sd_c: float | None
    frames: int


class BestFrames:
    """Keeps a visitor's best samples; the worst gives way."""

    def __init__(self) -> None:
        self._samples: list[Sample] = []

    def add(self, sample: Sample) -> None:
        """Take a sample in if it is among the best so far; instead of one of equal quality, too."""
        samples = self._samples
        if len(samples) < BEST:
            samples.append(sample)
            return
        worst = min(range(BEST), key=lambda i: samples[i].quality)
        if sample.quality >= samples[worst].quality:
            samples[worst] = sample

    def drop_since(self, time_s: float) -> bool:
        """Leave out what was read at `time_s` or later; say whether there was anything."""
        kept = [sample for sample in self._samples if sample.time_s < time_s]
        dropped = len(kept) < len(self._samples)
        self._samples = kept
        return dropped

    @property
    def best_quality(self) -> float:
        """Quality of the best frame so far."""
        return max((s.quality for s in self._samples), default=0.0)

    def fused(self) -> Fused | None:
        """Return the estimate; None before there are frames enough."""
        samples = self._samples
        if len(samples) < MIN_FRAMES:
            return None
        weights = [1.0 / s.sd_c**2 for s in samples]
        total = sum(weights)

        def mean(name: str) -> float:
            values = (getattr(s, name) for s in samples)
            return float(sum(w * v for w, v in zip(weights, values, strict=True)) / total)

        peak_c = mean("corrected_c") + mean("footprint_c")
        scatter = sum(
            w * (s.corrected_c + s.footprint_c - peak_c) ** 2
            for w, s in zip(weights, samples, strict=True)
        )
        count = len(samples)
        # neighbouring frames share their pose and their place on the pixel grid: about a third
        # of them are independent
        scatter_c = (scatter / total * count / (count - 1) / max(1.0, count / 3.0)) ** 0.5
        return Fused(
            mean("raw_c"),
            mean("corrected_c"),
            mean("footprint_c"),
            max(scatter_c, (1.0 / total) ** 0.5),
            mean("mm_per_px"),
            mean("blur_px"),
            None if any(s.height_sd_c is None for s in samples) else mean("height_sd_c"),
            count,
        )
