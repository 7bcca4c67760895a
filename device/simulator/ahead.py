"""Looking ahead: drawing what the next seconds will show in the time that frames leave."""

import time

from device.simulator.scene import Scene

_HORIZON_S = 20.0
_FIRST_S = 1.0  # that much is drawn before the first frame
_START_S = 2.0  # and more, while it takes no longer than this
_STRIP_S = 0.005  # what a strip is thought to take before one was drawn
_FORGET = 0.95  # from frame to frame: one long strip on a busy machine must not end the drawing
_LOOKS = 8  # moments that are looked at before the clock is asked again


class Lookahead:
    """Draws views of a scene before frames need them.

    A live camera has a new frame every 33 ms; a new view takes about as long. The way of everybody
    is known, so the views that frames to come will need are drawn strip by strip while the camera
    waits for its next frame. What a frame shows does not depend on how far that came.

    Parameters
    ----------
    rate_hz
        Frames per second: the moments that are looked at are those of frames.
    duration_s
        After which the scenario begins again; what is drawn then is mostly there already.
    """

    def __init__(self, scene: Scene, rate_hz: float, duration_s: float) -> None:
        self._scene, self._rate_hz, self._duration_s = scene, rate_hz, duration_s
        self._ready = 0  # frames before this one have all that they need
        self._strip_s = _STRIP_S

    def begin(self) -> None:
        """Draw what the first frames need, however long it takes, and some of what follows."""
        until_s = time.monotonic() + _START_S
        while self._ready < _FIRST_S * self._rate_hz:
            self._step()
        self.work(0, until_s)

    def work(self, sequence: int, until_s: float) -> None:
        """Draw ahead of frame `sequence` while `until_s` (monotonic) leaves time for a strip."""
        self._ready = max(self._ready, sequence)
        self._strip_s *= _FORGET
        last = sequence + round(_HORIZON_S * self._rate_hz)
        while self._ready < last and (before := time.monotonic()) + self._strip_s < until_s:
            for _ in range(_LOOKS):
                if self._step():
                    self._strip_s = max(time.monotonic() - before, self._strip_s)
                    break

    def _step(self) -> bool:
        """Draw a strip, or see that a frame has all that it needs; return whether one was drawn."""
        drawn = self._scene.prepare(self._ready / self._rate_hz % self._duration_s)
        if not drawn:
            self._ready += 1
        return drawn
