"""A real Chromium in front of a staged or a running station."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.service.stage import Stage

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Remembers every change of state with its time, and puts an ear before the loudspeaker.
WATCH = """
window.__changes = [];
window.__shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.__shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
document.addEventListener("DOMContentLoaded", () => {
  const note = () => window.__changes.push([document.body.dataset.state, Date.now() / 1000]);
  new MutationObserver(note).observe(document.body, { attributeFilter: ["data-state"] });
  note();
});
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target, ...rest) {
  if (!(target instanceof AudioDestinationNode)) return connect.call(this, target, ...rest);
  if (!window.__ear) {
    window.__ear = target.context.createAnalyser();
    window.__ear.fftSize = 8192;
    window.__ear.smoothingTimeConstant = 0;
    connect.call(window.__ear, target);
  }
  return connect.call(this, window.__ear);
};
window.__listen = async (seconds) => {
  const pitches = new Set();
  let peak = 0;
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 40));
    if (!window.__ear) continue;
    const wave = new Float32Array(window.__ear.fftSize);
    const tones = new Float32Array(window.__ear.frequencyBinCount);
    window.__ear.getFloatTimeDomainData(wave);
    window.__ear.getFloatFrequencyData(tones);
    const loud = wave.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    peak = Math.max(peak, loud);
    if (loud > 0.1) {
      const bin = tones.indexOf(Math.max(...tones));
      pitches.add(Math.round((bin * window.__ear.context.sampleRate) / window.__ear.fftSize));
    }
  }
  return { peak, pitches: [...pitches] };
};
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return Debian's Chromium; without it these tests are skipped, and fail under CI.

    For one module: Playwright keeps an event loop running in this thread for as long as it is open.
    """
    if not CHROMIUM.exists():
        message = f"{CHROMIUM} is missing: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


class Screen:
    """A page of the station, and everything that it asked the network for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requested: list[tuple[str, str]] = []
        self.received: list[str] = []
        self.sockets: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda asked: self.requested.append((asked.resource_type, asked.url)))
        page.on("response", lambda said: self.received.append(said.headers.get("content-type", "")))
        page.on("websocket", lambda socket: self.sockets.append(socket.url))
        page.add_init_script(WATCH)

    def open(self, address: str) -> "Screen":
        """Go to a page."""
        self.page.goto(address)
        return self

    @property
    def state(self) -> str:
        """The state that is shown."""
        return str(self.page.evaluate("document.body.dataset.state"))

    def data(self, name: str) -> str:
        """Return a fact about the page: `tone`, `sound`."""
        return str(self.page.evaluate(f"document.body.dataset.{name}"))

    def text(self, identifier: str) -> str:
        """Return what is written in an element."""
        return self.page.locator(f"#{identifier}").inner_text()

    def until_text(self, identifier: str, text: str) -> None:
        """Wait until an element says something."""
        self.until(lambda: self.text(identifier) == text)

    def wait(self, state: str, *, within_s: float = 30.0) -> None:
        """Wait for a state."""
        self.page.wait_for_selector(f"body[data-state={state}]", timeout=within_s * 1e3)

    def until(self, right: Callable[[], bool], *, within_s: float = 30.0) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + within_s
        while not right():
            assert time.monotonic() < deadline, f"in vain; the screen shows {self.state}"
            self.page.wait_for_timeout(20)

    def seconds_until(self, state: str, began: float) -> float:
        """How long after `began` (wall clock) the page first showed a state."""
        changes = self.page.evaluate("window.__changes")
        return float(min(at - began for name, at in changes if name == state and at >= began))

    def listen(
        self, seconds: float, meanwhile: Callable[[], None] = lambda: None
    ) -> tuple[float, set[int]]:
        """Return the loudest amplitude and the pitches in Hz that were heard from now on."""
        self.page.evaluate(f"void (window.__heard = window.__listen({seconds}))")
        meanwhile()
        heard = self.page.evaluate("window.__heard")
        return heard["peak"], set(heard["pitches"])

    def fetched_images(self) -> list[tuple[str, str]]:
        """Everything that came over HTTP and is or could be a picture."""
        asked = [
            (kind, url)
            for kind, url in self.requested
            if kind in {"image", "media"} and not url.startswith("data:")
        ]
        said = [("image", kind) for kind in self.received if kind.startswith(("image/", "video/"))]
        return asked + said


@pytest.fixture
def new_screen(browser: Browser) -> Iterator[Callable[..., Screen]]:
    """Return a function that opens a page in a fresh profile."""
    contexts = []

    def make(width: int = 1280, height: int = 800) -> Screen:
        context = browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(60_000)
        contexts.append(context)
        return Screen(context.new_page())

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Return the real web process with a supervisor of the test behind it."""
    staged = Stage()
    yield staged
    staged.close()


@pytest.fixture
def screen(stage: Stage, new_screen: Callable[..., Screen]) -> Iterator[Screen]:
    """Return an alert screen on the stage, on which no script may fail."""
    stage.reset()
    shown = new_screen().open(f"{stage.address}/")
    shown.wait("ready")
    yield shown
    assert shown.errors == []
