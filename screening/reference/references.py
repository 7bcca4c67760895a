"""All references of a station together: one status, one set of offsets, areas to mask."""

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
AGREE_C: Final = 0.8  # two references tell the same error of the sensor, or one is wrong
CREEP_S: Final = 60.0  # after a flat-field correction a sensor creeps for so long
BRIEFLY_S: Final = 0.5  # a reference out of sight for so long still speaks
SORT_OUT_S: Final = 5.0  # two that disagree are looked for anew for so long
AGAIN_S: Final = 30.0  # and again after so long


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
        self._hidden_since_s: float | None = None
        self._at_odds_s: float | None = None  # since when two references disagree
        self.masks: list[Box] = []

    def step(
        self,
        celsius: NDArray[np.float32],
        frame: RadiometricFrame,
        people: Sequence[Box] = (),
    ) -> Reason | None:
        """Look at a frame of apparent deg C; return why it may not be measured, if so.

        `people` are the faces of the frame before.
        """
        in_ffc = frame.ffc is FfcState.IN_PROGRESS
        age_s = frame.ffc_age_s
        restarted = age_s is not None and self._ffc_age_s is not None and age_s < self._ffc_age_s
        if (self._in_ffc and not in_ffc) or (restarted and not in_ffc):
            for tracker in self._trackers:
                tracker.corrected()
        self._in_ffc = in_ffc
        if in_ffc:
            return Reason.FFC  # the frame shows the shutter: nothing in it is of the scene
        self._ffc_age_s = age_s
        taken: list[Spot] = []
        for tracker in self._trackers:
            creeping = age_s is None or age_s < CREEP_S
            tracker.step(celsius, frame.time_s, taken, people=people, creeping=creeping)
            if tracker.spot is not None:
                taken.append(tracker.spot)
        self.masks = [_mask(spot) for spot in taken]
        return self._why_not(age_s, frame.time_s)

    def _why_not(self, age_s: float | None, time_s: float) -> Reason | None:
        if self._at_odds(time_s):
            return Reason.REFERENCE_OUT_OF_LIMITS
        for tracker in self._trackers:
            if tracker.reason is Reason.REFERENCE_HIDDEN:
                self._hidden_since_s = self._hidden_since_s or time_s
                if time_s - self._hidden_since_s > BRIEFLY_S:
                    return tracker.reason
                continue
            if tracker.reason is not None:
                return tracker.reason
            self._hidden_since_s = None
        if age_s is not None and age_s < self._limits.ffc_settle_s:
            return Reason.SETTLING
        if not all(tracker.settled for tracker in self._trackers):
            return Reason.SETTLING
        return None

    def _at_odds(self, time_s: float) -> bool:
        """Whether two references tell different errors of the sensor.

        They may have been taken for one another: so they are looked for anew, once in a while.
        Else one of them is not as warm as it should be, or the sensor does not read what is there.
        """
        since_s = self._at_odds_s
        if not all(k.seen for k in self._trackers):
            return since_s is not None and time_s - since_s < SORT_OUT_S
        errors = [k.offset.offset_c for k in self._trackers if k.offset is not None]
        if not errors or max(errors) - min(errors) <= AGREE_C:
            self._at_odds_s = None
            return False
        if since_s is None or time_s - since_s > AGAIN_S:
            self._at_odds_s = time_s
            for tracker in self._trackers:
                tracker.forget()
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


def _mask(spot: Spot) -> Box:
    reach = MASK_RADII * spot.radius_px
    return (spot.x - reach, spot.y - reach, 2 * reach, 2 * reach)
