"""A sound of the machine itself, not of its page: three falling notes through ALSA's `aplay`.

They are those of *not screening* on the page (`static/sound.js`), so that a guard learns one tone.
"""

import array
import fcntl
import math
import shutil
import subprocess
import time
from typing import Final

RATE_HZ: Final = 48_000
EVERY_S: Final = 6.0
NOTES: Final = ((392.0, 0.0, 0.3), (294.0, 0.36, 0.3), (196.0, 0.72, 0.55))
"""Pitch in Hz, begin and length in s."""

_LOUD: Final = 0.7
_EDGE_S: Final = 0.02  # a note that begins at once cracks
_ENDS_WITHIN_S: Final = 4.0


def falling() -> bytes:
    """Return the three notes as signed 16-bit samples, little-endian, one channel."""
    length_s = max(after + long for _, after, long in NOTES)
    samples = array.array("h", bytes(2 * int(length_s * RATE_HZ)))
    for pitch, after, long in NOTES:
        first, count = int(after * RATE_HZ), int(long * RATE_HZ)
        for at in range(min(count, len(samples) - first)):
            edge = min(1.0, at / (_EDGE_S * RATE_HZ), (count - at) / (_EDGE_S * RATE_HZ))
            wave = 2.0 / math.pi * math.asin(math.sin(2.0 * math.pi * pitch * at / RATE_HZ))
            samples[first + at] = int(32767 * _LOUD * edge * wave)
    return samples.tobytes()


class MachineSound:
    """Plays the notes again and again while it is asked to."""

    def __init__(self) -> None:
        self._aplay = shutil.which("aplay")
        self._notes = falling()
        self._player: subprocess.Popen[bytes] | None = None
        self._played_at = -math.inf

    @property
    def there(self) -> bool:
        """Whether this machine can make a sound at all."""
        return self._aplay is not None

    def turn(self, *, on: bool) -> None:
        """Play, or do not; never waits."""
        now = time.monotonic()
        player = self._player
        if player is not None and (
            player.poll() is not None or now - self._played_at > _ENDS_WITHIN_S
        ):
            self.close()
        if not on or self._aplay is None or now - self._played_at < EVERY_S:
            return
        self._played_at = now
        self._player = subprocess.Popen(
            [self._aplay, "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(RATE_HZ), "-"],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._feed(self._player)

    def _feed(self, player: subprocess.Popen[bytes]) -> None:
        pipe = player.stdin
        assert pipe is not None  # noqa: S101 - asked for above
        try:
            with pipe:
                # All of it fits: a player that stands still must not hold us.
                _widen(pipe.fileno(), len(self._notes))
                pipe.write(self._notes)
        except OSError:
            pass  # it is gone; the next one comes

    def close(self) -> None:
        """End what plays."""
        if self._player is not None:
            self._player.kill()
            self._player.wait()
            self._player = None


def _widen(pipe: int, size: int) -> None:
    fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 1 << (size - 1).bit_length())
