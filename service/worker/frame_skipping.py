"""Keeping up: which frames have waited so long that the next one is the better one."""

_AT_MOST_IN_A_ROW = 8  # then one is screened anyway: a slow station is better than a blind one
_AT_ONCE_S = 0.003  # a frame that came this fast was lying ready


class FrameSkipping:
    """Notices frames that queued up while another one was being screened.

    A sensor's clock need not be ours, so the smallest difference ever seen between the two stands
    for no delay at all.

    Parameters
    ----------
    frame_rate_hz
        Of the sensor.
    """

    def __init__(self, frame_rate_hz: float) -> None:
        self._late_s = 1.5 / frame_rate_hz
        self._offset_s: float | None = None
        self._in_a_row = 0

    def waited(self, time_s: float, *, asked: float, now: float) -> bool:
        """Whether to skip a frame.

        Parameters
        ----------
        time_s
            When it was captured, on the sensor's clock.
        asked, now
            When it was asked for and when it came, on ours.
        """
        offset_s = now - time_s
        if self._offset_s is None or offset_s < self._offset_s:
            self._offset_s = offset_s
        late = offset_s - self._offset_s > self._late_s
        lay_ready = now - asked < _AT_ONCE_S
        skip = late and lay_ready and self._in_a_row < _AT_MOST_IN_A_ROW
        self._in_a_row = self._in_a_row + 1 if skip else 0
        return skip
