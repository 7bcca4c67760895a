"""The emulated camera's cable: a pty that can be cut, spoilt, unplugged and plugged in again."""

import contextlib
import heapq
import itertools
import os
import select
import threading
import time
import tty
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Self

from device.boson import commands
from device.boson.emulator.camera import EmulatedCamera, parse_request
from device.boson.fslp import Decoder, encode

# Given the bytes of an answer, says what arrives of it, and after how many seconds.
Spoiler = Callable[[bytes], Iterable[tuple[float, bytes]]]

_REBOOT_S = 0.2
_OUTBOX_BYTES = 1 << 20  # what a client that never reads may leave on the line


class EmulatedLink:
    """A camera at the far end of a pty.

    Parameters
    ----------
    camera
        The camera.
    link
        Where a symbolic link to the pty is kept, so that a client finds it again after a replug;
        None for none.

    Attributes
    ----------
    spoil
        What happens to answers on their way; None for a perfect line.
    """

    def __init__(self, camera: EmulatedCamera, link: Path | None = None) -> None:
        self.camera = camera
        self.spoil: Spoiler | None = None
        self._link = link
        self._master = self._slave = -1
        self._next: tuple[int, int] | None = None
        self._decoder = Decoder()
        self._outbox = bytearray()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._wake_read, self._wake_write = os.pipe()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.plug()

    @property
    def device(self) -> str:
        """Path of the pty; empty while unplugged."""
        return os.ttyname(self._slave) if self._slave >= 0 else ""

    @property
    def port(self) -> str:
        """What a client opens: the link, or the pty itself."""
        return str(self._link) if self._link else self.device

    # --- plug; from another thread only by `later`

    def plug(self) -> None:
        """Appear, after an unplug under another device name."""
        master, slave = self._next or os.openpty()
        self._next = None
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._close_pty()
        self._master, self._slave = master, slave
        if self._link:
            fresh = self._link.with_name(f".{self._link.name}.{os.getpid()}")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(self.device)
            fresh.replace(self._link)

    def unplug(self) -> None:
        """Vanish: the link is gone, and who has the pty open finds it dead."""
        if self._link:
            self._link.unlink(missing_ok=True)
        if not self._stopping:
            self._next = self._next or os.openpty()  # while the old name is taken, to get another
        self._close_pty()

    def replug(self, after_s: float = 0.2) -> None:
        """Vanish, and come back under another device name with power-up settings."""
        self.unplug()
        self.camera.power_up()
        self.later(after_s, self.plug)

    def _close_pty(self) -> None:
        for descriptor in (self._master, self._slave):
            if descriptor >= 0:
                os.close(descriptor)
        self._master = self._slave = -1
        self._outbox.clear()
        self._decoder.reset()

    # --- life

    def serve(self) -> None:
        """Answer until `stop` is called."""
        while not self._stopping:
            self._turn()
        self.unplug()
        for descriptor in self._next or ():
            os.close(descriptor)

    def stop(self) -> None:
        """End `serve`; harmless from a signal handler and from another thread."""
        self._stopping = True
        os.write(self._wake_write, b".")

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve, name="emulated boson", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()
        if self._thread:
            self._thread.join()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def later(self, after_s: float, action: Callable[[], None]) -> None:
        """Do something in the thread of the link, after a while."""
        heapq.heappush(self._due, (time.monotonic() + after_s, next(self._numbers), action))
        os.write(self._wake_write, b".")

    # --- work

    def _turn(self) -> None:
        """Wait for the next thing to happen and do it."""
        poll = select.poll()
        poll.register(self._wake_read, select.POLLIN)
        if self._master >= 0:
            poll.register(self._master, select.POLLIN | (select.POLLOUT if self._outbox else 0))
        wait_ms = max(0.0, (self._due[0][0] - time.monotonic()) * 1000.0) if self._due else None
        for descriptor, event in poll.poll(wait_ms):
            if descriptor == self._wake_read:
                os.read(self._wake_read, 4096)
            elif event & select.POLLOUT:
                self._flush()
            if descriptor == self._master and event & select.POLLIN:
                self._serve_requests(os.read(self._master, 65536))
        while self._due and self._due[0][0] <= time.monotonic():
            heapq.heappop(self._due)[2]()

    def _serve_requests(self, data: bytes) -> None:
        for payload in self._decoder.feed(data)[: self.camera.maker.requests]:
            request = parse_request(payload)
            answer = self.camera.answer(request) if request else None
            if answer is not None:
                self._send(encode(answer.to_bytes()))
                if answer.function == commands.REBOOT.function:
                    self.later(_REBOOT_S, self.replug)  # its answer still gets out

    def _send(self, wire: bytes) -> None:
        for after_s, data in self.spoil(wire) if self.spoil else ((0.0, wire),):
            if after_s > 0.0:
                self.later(after_s, partial(self._write, data))
            else:
                self._write(data)

    def _write(self, data: bytes) -> None:
        if len(self._outbox) + len(data) <= _OUTBOX_BYTES:
            self._outbox += data
        self._flush()

    def _flush(self) -> None:
        if self._master < 0:
            self._outbox.clear()
        elif self._outbox:
            with contextlib.suppress(BlockingIOError):  # nobody reads: poll says when to go on
                del self._outbox[: os.write(self._master, self._outbox)]
