"""The cover outside of the browser: a window over everything that says *not screening*.

It is another client of the compositor than the browser is, and shows no matter what stands still
there: the page, its process, the graphics process, the browser. Its picture is made before it is
needed.
"""

import gzip
import os
import struct
from importlib.resources import files
from typing import Final

from service.kiosk import wayland
from service.kiosk.wayland import Event, Wire

GROUND: Final = b"\x1d\x19\x17\xff"  # the bytes of #17191d, as those of the page's own covers
INK: Final = b"\xff\xff\xff\xff"
_PER_PIXEL: Final = 4
_VERSION: Final = 1  # of each interface: the oldest will do


def words(language: str) -> tuple[int, int, bytes]:
    """Return the words as they are painted: width and height in pixels, and rows of bits.

    They are drawn beforehand (`scripts/cover_words`): nothing here knows a typeface.
    """
    packed = (files("service.kiosk") / "words" / f"{language}.pbm.gz").read_bytes()
    kind, _said, size, rows = gzip.decompress(packed).split(b"\n", 3)
    assert kind == b"P4"  # noqa: S101 - a file of ours
    width, height = map(int, size.split())
    return width, height, rows


def painted(width: int, height: int, language: str, beside: int = 0) -> bytes:
    """Return the picture of the cover.

    Parameters
    ----------
    width, height
        Of all screens together, in pixels.
    language
        Of the words.
    beside
        Width of the guard's monitor, where the visitor's is beside it: the words are on it. 0:
        there is one.

    Returns
    -------
    bytes
        `width * height` pixels, four bytes each: blue, green, red, opacity.
    """
    wide, tall, rows = words(language)
    across = beside if 0 < beside < width else width
    scale = max(1, min(across // wide, height // tall))
    of_byte = [
        b"".join((INK if byte >> (7 - bit) & 1 else GROUND) * scale for bit in range(8))
        for byte in range(256)
    ]
    left, top = max(0, (across - wide * scale) // 2), max(0, (height - tall * scale) // 2)
    bytes_wide = (wide + 7) // 8
    picture = bytearray(GROUND * (width * height))
    for at in range(tall):
        row = b"".join(of_byte[byte] for byte in rows[at * bytes_wide : (at + 1) * bytes_wide])
        shown = row[: min(wide * scale, width - left) * _PER_PIXEL]
        for again in range(scale):
            begin = ((top + at * scale + again) * width + left) * _PER_PIXEL
            if begin + len(shown) <= len(picture):
                picture[begin : begin + len(shown)] = shown
    return bytes(picture)


class Cover:
    """A window that is there or not.

    The picture has an opacity and declares no opaque part: to the compositor what is below stays
    in view, so that a browser that comes back to life paints again, and is seen to.

    Parameters
    ----------
    beside
        As for `painted`.
    """

    def __init__(self, beside: int = 0) -> None:
        self._beside = beside
        self._wire = Wire()
        self._globals: dict[str, int] = {}
        self._surface = self._xdg_surface = self._toplevel = 0
        self._size = (0, 0)
        self._drawn: tuple[int, int, str] | None = None
        self._memory: tuple[int, int] | None = None  # pool's descriptor, buffer
        self._language = "en"
        self._registry = self._wire.new()
        self._wire.ask(wayland.DISPLAY, wayland.GET_REGISTRY, self._registry)
        self.shown = False

    def fileno(self) -> int:
        """Return the descriptor, for selectors."""
        return self._wire.fileno()

    def turn(self, *, on: bool, language: str) -> None:
        """Be there, or not; never waits. Call it whenever the descriptor has something, too."""
        for event in self._wire.events():
            self._take(event)
        ready = {"wl_compositor", "wl_shm", "xdg_wm_base"} <= self._globals.keys()
        self._language = language
        if on and ready and not self._surface:
            self._open()
        elif not on and self._surface:
            self._shut()

    def close(self) -> None:
        """Go away."""
        self._wire.close()

    def _take(self, event: Event) -> None:
        if event.of == self._registry and event.number == wayland.GLOBAL:
            self._bind(event.body)
        elif event.of == self._globals.get("xdg_wm_base") and event.number == wayland.PING:
            self._wire.ask(event.of, wayland.PONG, event.words()[0])
        elif self._surface and event.of == self._toplevel and event.number == wayland.CONFIGURE:
            self._size = event.words()[:2]  # type: ignore[assignment] # width, height
        elif self._surface and event.of == self._xdg_surface and event.number == wayland.CONFIGURE:
            self._wire.ask(self._xdg_surface, wayland.ACK_CONFIGURE, event.words()[0])
            self._paint()

    def _bind(self, body: bytes) -> None:
        name, length = struct.unpack_from("=II", body)
        interface = body[8 : 8 + length - 1].decode()
        if interface in {"wl_compositor", "wl_shm", "xdg_wm_base"}:
            number = self._globals[interface] = self._wire.new()
            self._wire.ask(
                self._registry, wayland.BIND, name, wayland.text(interface), _VERSION, number
            )

    def _open(self) -> None:
        wire = self._wire
        self._surface, self._xdg_surface, self._toplevel = wire.new(), wire.new(), wire.new()
        wire.ask(self._globals["wl_compositor"], wayland.CREATE_SURFACE, self._surface)
        wire.ask(
            self._globals["xdg_wm_base"],
            wayland.GET_XDG_SURFACE,
            self._xdg_surface,
            self._surface,
        )
        wire.ask(self._xdg_surface, wayland.GET_TOPLEVEL, self._toplevel)
        wire.ask(self._toplevel, wayland.SET_TITLE, wayland.text("Limen"))
        wire.ask(self._toplevel, wayland.SET_FULLSCREEN, 0)
        wire.ask(self._surface, wayland.COMMIT)  # the compositor answers with a size

    def _shut(self) -> None:
        wire = self._wire
        wire.ask(self._toplevel, wayland.DESTROY_TOPLEVEL)
        wire.ask(self._xdg_surface, wayland.DESTROY_XDG_SURFACE)
        wire.ask(self._surface, wayland.DESTROY_SURFACE)
        self._surface = self._xdg_surface = self._toplevel = 0
        self.shown = False

    def _paint(self) -> None:
        width, height = self._size
        if not width or not height:
            return  # the next size will be one
        wire = self._wire
        if self._drawn != (width, height, self._language):
            self._draw(width, height)
        assert self._memory is not None  # noqa: S101 - drawn above
        wire.ask(self._surface, wayland.ATTACH, self._memory[1], 0, 0)
        wire.ask(self._surface, wayland.DAMAGE, 0, 0, width, height)
        wire.ask(self._surface, wayland.COMMIT)
        self.shown = True

    def _draw(self, width: int, height: int) -> None:
        wire, stride = self._wire, width * _PER_PIXEL
        if self._memory is not None:
            wire.ask(self._memory[1], wayland.DESTROY_BUFFER)
            os.close(self._memory[0])
        fd = os.memfd_create("limen-cover")
        os.ftruncate(fd, stride * height)
        picture = memoryview(painted(width, height, self._language, self._beside))
        while picture:
            picture = picture[os.write(fd, picture) :]
        pool, buffer = wire.new(), wire.new()
        wire.ask(self._globals["wl_shm"], wayland.CREATE_POOL, pool, stride * height, fd=fd)
        wire.ask(pool, wayland.CREATE_BUFFER, buffer, 0, width, height, stride, wayland.ARGB8888)
        wire.ask(pool, wayland.DESTROY_POOL)
        self._memory, self._drawn = (fd, buffer), (width, height, self._language)
