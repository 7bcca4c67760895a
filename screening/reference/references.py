"""All references of a station together: one status, one set of offsets, areas to mask."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device.frame import FfcState, RadiometricFrame
from screening.measuring.correction import expected_c
from screening.reference.non_uniformity import NonUniformity
from screening.reference.spot import Spot
from screening.reference.tracker import ReferenceTracker
from screening.result import Box, Reason, ReferenceStatus
from screening.settings import Settings

MASK_RADII: Final = 1.6  # half a mask's side, in radii of the reference
CREEP_S: Final = 60.0  # after a flat-field correction a sensor creeps for so long
BRIEFLY_S: Final = 0.5  # a reference out of sight for so long is no fault yet
AGAIN_S: Final = 30.0  # two that disagree are looked for anew after so long, until proven
SAME: Final = 0.9  # of what they may disagree by, to agree again


class References:
    """The references in view; without any the station measures in relative mode.

    Parameters
    ----------
    settings
        Of the station.
    netd_k
        Noise of a pixel.
    non_uniformity
        What the sensor lays over the picture.
    """

    def __init__(self, settings: Settings, netd_k: float, non_uniformity: NonUniformity) -> None:
        self._non_uniformity = non_uniformity
        self._limits = settings.limits
        warmest = max((r.temp_c for r in settings.references), default=0.0)
        pair = len(settings.references) > 1
        self._trackers = [
            ReferenceTracker(
                reference,
                expected_c(settings.scene, reference),
                netd_k,
                rank=(1 if reference.temp_c == warmest else -1) if pair else 0,
            )
            for reference in settings.references
        ]
        self._ffc_age_s: float | None = None
        self._in_ffc = False
        self._agree_c = _agree_c(settings, non_uniformity) if pair else math.inf
        self._at_odds_s: float | None = None  # since when two references disagree
        self.in_question = True  # whether this frame's scale is not certain
        self.corrected = False  # whether this is the first frame after a flat-field correction
        self.masks: list[Box] = []

    def step(
        self,
        celsius: NDArray[np.float32],
        frame: RadiometricFrame,
        people: Sequence[Box] = (),
        level_c: float | None = 0.0,
    ) -> Reason | None:
        """Look at a frame of apparent deg C; return why it may not be measured, if so.

        `people` are the faces of the frame before; `level_c` is by how much the scene has moved,
        as the witness says it.
        """
        in_ffc = frame.ffc is FfcState.IN_PROGRESS
        age_s = frame.ffc_age_s
        restarted = age_s is not None and self._ffc_age_s is not None and age_s < self._ffc_age_s
        self.corrected = (self._in_ffc or restarted) and not in_ffc
        if self.corrected:
            for tracker in self._trackers:
                tracker.corrected()
        self._in_ffc = in_ffc
        if in_ffc:
            self.in_question = True
            return Reason.FFC  # the frame shows the shutter: nothing in it is of the scene
        self._ffc_age_s = age_s
        creeping = age_s is None or age_s < CREEP_S
        self._look(celsius, frame.time_s, people, level_c, creeping=creeping)
        at_odds = self._at_odds(frame.time_s)
        self.masks = [_mask(k.spot) for k in self._trackers if k.spot is not None]
        fault = Reason.REFERENCE_OUT_OF_LIMITS if at_odds else self._why_not(age_s)
        self.in_question = fault is not None or not all(k.seen for k in self._trackers)
        return fault

    def lose_time(self) -> None:
        """Take note that the clock is another one: nothing that was timed goes on."""
        self._ffc_age_s = self._at_odds_s = None
        self.in_question = True
        for tracker in self._trackers:
            tracker.lose_time()

    def _look(
        self,
        celsius: NDArray[np.float32],
        time_s: float,
        people: Sequence[Box],
        level_c: float | None,
        *,
        creeping: bool,
    ) -> None:
        for tracker in self._trackers:
            others = (k.spot for k in self._trackers if k is not tracker)
            tracker.step(
                celsius,
                time_s,
                [spot for spot in others if spot is not None],
                level_c=level_c,
                people=people,
                creeping=creeping,
                wanted=sum(not k.known for k in self._trackers),
            )

    def _why_not(self, age_s: float | None) -> Reason | None:
        for tracker in self._trackers:
            reason = tracker.reason
            if reason is Reason.REFERENCE_HIDDEN and tracker.gone_s <= BRIEFLY_S:
                continue
            if reason is not None:
                return reason
        if age_s is not None and age_s < self._limits.ffc_settle_s:
            return Reason.SETTLING
        if not all(tracker.settled for tracker in self._trackers):
            return Reason.SETTLING
        return None

    def _at_odds(self, time_s: float) -> bool:
        """Whether two references tell different errors of the sensor.

        Then one of them is not as warm as it should be, or the sensor does not read what is there.
        Until they are proven they may have been taken for one another, so they are looked for anew.
        """
        since_s = self._at_odds_s
        if all(k.seen for k in self._trackers):
            errors = [k.error_c for k in self._trackers]
            most_c = self._agree_c * (1.0 if since_s is None else SAME)
            if not errors or max(errors) - min(errors) <= most_c:
                self._at_odds_s = None
                return False
            self._at_odds_s = since_s = time_s if since_s is None else since_s
        if since_s is None:
            return False
        anew = time_s - since_s > AGAIN_S and not any(k.proven for k in self._trackers)
        self._at_odds_s = time_s if anew else since_s
        for tracker in self._trackers:
            if anew:
                tracker.forget()
            tracker.distrust()
        return True

    @property
    def offsets(self) -> list[tuple[int, float, float]]:
        """Index, offset in deg C and its standard uncertainty of each reference that is known.

        The offset is that of the picture's middle.
        """
        return [
            (
                index,
                tracker.offset.offset_c + self._non_uniformity.at(tracker.spot.x, tracker.spot.y),
                tracker.offset.uncertainty_c,
            )
            for index, tracker in enumerate(self._trackers)
            if tracker.offset is not None and tracker.spot is not None
        ]

    @property
    def status(self) -> ReferenceStatus:
        """The first reference's health, or that of the one with a fault."""
        if not self._trackers:
            return ReferenceStatus()
        tracker = next((k for k in self._trackers if not k.seen), self._trackers[0])
        spot, offset = tracker.spot, tracker.offset
        return ReferenceStatus(
            found=tracker.seen,
            x=spot.x if spot else None,
            y=spot.y if spot else None,
            apparent_c=spot.apparent_c if spot else None,
            offset_c=offset.offset_c if offset else None,
            offset_uncertainty_c=offset.uncertainty_c if offset else None,
        )


def _agree_c(settings: Settings, shape: NonUniformity) -> float:
    """Return by how much two references may disagree: k = 2 of all that is unsure between them.

    Their certificates, the sensor's gain over what lies between them, and the difference of their
    places in the picture.
    """
    doubt, learnt = settings.doubt, settings.uniformity
    temps = [reference.temp_c for reference in settings.references]
    shares = [reference.expanded_uncertainty_c for reference in settings.references]
    shares.append(2.0 * doubt.gain * (max(temps) - min(temps)))
    shares.append(2.0 * (doubt.uniformity_c if learnt is None else shape.coefficients.residual_c))
    return math.hypot(*shares)


def _mask(spot: Spot) -> Box:
    reach = MASK_RADII * spot.radius_px
    return (spot.x - reach, spot.y - reach, 2 * reach, 2 * reach)
