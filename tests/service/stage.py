"""A stage for the web process: the real one, with a supervisor of the test at its other end."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from device.info import SensorInfo
from screening.result import Reason, State, Verdict
from screening.settings import Site
from service.acceptance.chapters import judge_chapter
from service.acceptance.series import Measured
from service.acceptance.words import Chapter, Conformity
from service.ipc.acceptance import Cause, ShownAcceptance
from service.ipc.attestation import (
    AttestationState,
    Part,
    ShownAttack,
    ShownAttestation,
    ShownPart,
    ShownProcess,
)
from service.ipc.calibration import (
    Challenge,
    Need,
    Notes,
    ShownCalibration,
    ShownChapter,
    ShownStep,
    Step,
    Ticks,
)
from service.ipc.channel import Channel, socket_pair
from service.ipc.expiry import BELIEVED_S
from service.ipc.messages import MESSAGES
from service.ipc.orders import Stop
from service.ipc.preview import PreviewWriter
from service.ipc.preview_memory import create_memory
from service.ipc.records import MARKS
from service.ipc.replies import (
    AttestationRead,
    CalibrationRead,
    Done,
    DriftRead,
    HistoryRead,
    LoggedIn,
    Noted,
    RecordsRead,
    Refused,
    Reply,
    SettingsRead,
    ShiftRead,
    Why,
)
from service.ipc.requests import (
    AdminRequest,
    CalibrationRequest,
    Duty,
    GuardRequest,
    Login,
    ReadAttestation,
    ReadCalibration,
    ReadDrift,
    ReadHistory,
    ReadRecords,
    ReadSettings,
    ReadShift,
    Screens,
)
from service.ipc.settings import StationSettings
from service.ipc.view import Alarm, Lane, Picture, ShownReference, ShownVisitor, View
from service.ipc.vocabulary import ChannelClosed, Message
from service.supervisor.listener import HOST, bind

SENSOR = SensorInfo(
    dossier="simulated",
    model="simulated Boson+ 640",
    serial="0",
    firmware="stage",
    width=640,
    height=512,
    frame_rate_hz=30.0,
    hfov_deg=32.0,
    netd_k=0.02,
    simulated=True,
)
ACCEPTED = ShownAcceptance(causes=(), screens=True)
REFERENCE = ShownReference(found=True, apparent_c=35.71, offset_c=-0.19)
PLACE = (78.0, 125.0)  # of the reference in the picture
BOX = (300.0, 210.0, 120.0, 160.0)


SHIFT = ShiftRead(
    request=0,
    lane=Lane.PAUSED,
    begun_s=3600.0,
    screened=312,
    elevated=9,
    confirmed=None,
    not_confirmed=6,
    declined=0,
    no_result=21,
    log=(Noted(Duty.PAUSED, True, 120.0), Noted(Duty.BEGUN, False, 3600.0)),  # noqa: FBT003 - well
)
ATTESTED = ShownAttestation(
    made_s=1_767_258_000,
    holds=True,
    station="ab" * 32,
    code_sha256="cd" * 32,
    envelope_sha256="ef" * 32,
    supervisor=100,
    processes=(ShownProcess("worker", 101, compared=True), ShownProcess("web", 102, compared=True)),
    parts=tuple(ShownPart(part, 0, ()) for part in Part),
    reached=90,
    attacks=(ShownAttack("open: a file", "done", "filter", "filter", through=False),),
    packages=28,
    files=4000,
    compiled=900,
)
UNATTESTED = AttestationState(None, holds=False, still=False, running_s=None, failed=False)
SESSION = "a-session-of-22-digits"
CALIBRATION = ShownCalibration(
    notes=Notes(),
    ticks=Ticks(),
    steps=tuple(ShownStep(step, (Need.EARLIER,)) for step in Step),
    chapters=tuple(
        ShownChapter(chapter, Conformity.NOT_MEASURED, running=False, have=0, need=3)
        for chapter in Chapter
    ),
    begun=None,
    causes=(Cause.NEVER,),
    until=None,
    screen_unaccepted=False,
    challenge=Challenge.NONE,
    reference_found=True,
)


def visitor(
    number: int, verdict: Verdict | None, *reasons: Reason, skin_c: float = 35.6
) -> ShownVisitor:
    """Return a visitor as the station would show one."""
    return ShownVisitor(
        id=number,
        mark=number % MARKS,
        verdict=verdict,
        reasons=reasons,
        skin_temp_c=skin_c,
        expanded_uncertainty_c=0.42,
        raw_c=skin_c - 0.6,
        reference_corrected_c=skin_c - 0.3,
        site=Site.CANTHUS,
        mm_per_px=0.9,
    )


def view(state: State, *reasons: Reason, **more: Any) -> View:
    """Return a view of a healthy simulated station in a state."""
    return replace(
        View(
            network=(),
            state=state,
            reasons=reasons,
            sensor=SENSOR,
            reference=REFERENCE,
            threshold_c=37.5,
            frame_rate_hz=30.0,
            step_ms=6.0,
            audit_head="3fa2c1d0",
            acceptance=ACCEPTED,
        ),
        **more,
    )


def elevated(number: int = 1, *, acknowledged: bool = False) -> View:
    """Return a view with an alarm."""
    who = replace(
        visitor(number, Verdict.ELEVATED, Reason.ABOVE_THRESHOLD, skin_c=38.6),
        place=0.3,
        came_from=0.9,
    )
    alarm = Alarm(number, who, 3.0, acknowledged=acknowledged)
    return view(
        State.ELEVATED,
        Reason.ABOVE_THRESHOLD,
        visitor=who,
        visitors=(who,),
        alarms=(alarm,),
        waiting=1,
    )


class Web:
    """The web process without its lock, and our end of its channel."""

    def __init__(self, listener: int, language: str, more: Sequence[str] = ()) -> None:
        ours, theirs = socket_pair()
        self.channel = Channel(ours, MESSAGES)
        arguments = ["--listen", str(listener), "--language", language, "--name", "Main entrance"]
        arguments += more
        with theirs:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "service.web", "--unlocked"),
                    *("--channel", str(theirs.fileno()), *arguments),
                ],
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), listener),
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
                process_group=0,
            )

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def ask_to_stop(self) -> None:
        """Ask it to end by itself."""
        with suppress(ChannelClosed):
            self.channel.send(Stop())
        self._process.terminate()

    def end(self, deadline: float) -> None:
        """Wait for its end until `deadline` (monotonic), then end it."""
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.channel.close()


class Stage:
    """The web process, told what to show, and what it asked for.

    Parameters
    ----------
    more
        More of its options.
    language
        What a screen starts with.

    Attributes
    ----------
    asked
        Everything the web process said, in order.
    """

    def __init__(self, *more: str, language: str = "en") -> None:
        self._listener = bind(0)
        fd = self._listener.fileno()
        self.authority = f"{HOST}:{self._listener.getsockname()[1]}"
        self.address = f"http://{self.authority}"
        self.web = Web(fd, language, more)
        self.asked: list[Message] = []
        self.shown = view(State.READY)
        self.silent = False
        self.told_at = 0.0  # when a view was sent last, by the wall clock
        self.answers = True
        self.attestation = UNATTESTED
        self.preview: PreviewWriter | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._wait_until_it_answers()

    def show(self, shown: View) -> None:
        """Show this from now on."""
        self.shown = shown

    def picture(self) -> PreviewWriter:
        """Give the web process new memory, and return its writing end."""
        writable, readable = create_memory()
        self.web.channel.send(Picture(present=True), fd=readable)
        os.close(readable)
        self.preview = PreviewWriter(writable, (SENSOR.width, SENSOR.height))
        return self.preview

    def reset(self) -> None:
        """Show a station that is ready, and forget what was asked."""
        self.silent, self.answers = False, True
        self.show(view(State.READY))
        time.sleep(0.2)
        self.asked.clear()

    def another_screen(self) -> ClientConnection:
        """Return one more screen, to be used in a `with` statement."""
        return connect(f"ws://{self.authority}/api/picture", origin=Origin(self.address))

    def watching(self) -> int:
        """How many screens watch, as last said."""
        said = [message for message in self.asked if isinstance(message, Screens)]
        return said[-1].watching if said else 0

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                if not self.silent:
                    until_s = time.monotonic() + BELIEVED_S
                    self.web.channel.send(replace(self.shown, until_s=until_s))
                    self.told_at = time.time()
                message = self.web.channel.receive(wait_s=0.04)
            except ChannelClosed:
                return
            if message is None:
                continue
            self.asked.append(message)
            if self.answers and isinstance(message, CalibrationRequest):
                self.web.channel.send(self._answer_calibration(message))
            if self.answers and isinstance(message, GuardRequest | AdminRequest):
                self.web.channel.send(self._answer(message))

    @staticmethod
    def _answer_calibration(message: CalibrationRequest) -> Reply:
        if message.session != SESSION:
            return Refused(message.request, Why.NO_SESSION, "Log in first.")
        if isinstance(message, ReadCalibration):
            verdict = judge_chapter(message.chapter, Measured())
            return CalibrationRead(message.request, CALIBRATION, verdict)
        if isinstance(message, ReadDrift):
            return DriftRead(message.request, (), None, None, ())
        return Done(message.request)

    def _answer(self, message: GuardRequest | AdminRequest) -> Reply:  # noqa: PLR0911 - one for each kind
        if isinstance(message, Login):
            return LoggedIn(message.request, SESSION)
        if isinstance(message, ReadSettings):
            if message.session != SESSION:
                return Refused(message.request, Why.NO_SESSION, "Log in first.")
            return SettingsRead(
                message.request,
                StationSettings(),
                scenario="one-fever",
                scenarios=("one-fever", "one-healthy"),
            )
        if isinstance(message, ReadRecords):
            return RecordsRead(message.request, (), ())
        if isinstance(message, ReadShift):
            return replace(SHIFT, request=message.request)
        if isinstance(message, ReadHistory):
            return HistoryRead(message.request, (), ())
        if isinstance(message, ReadAttestation):
            return AttestationRead(message.request, self.attestation)
        return Done(message.request)

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 60.0
        while time.monotonic() < deadline:
            with socket.create_connection((HOST, int(self.authority.split(":")[1]))) as probe:
                probe.settimeout(30.0)
                probe.sendall(f"GET /api/state HTTP/1.1\r\nHost: {self.authority}\r\n\r\n".encode())
                if probe.recv(64).startswith(b"HTTP/1.1 200"):
                    return
        raise TimeoutError("the web process does not answer")

    def close(self) -> None:
        """End it."""
        self._ended.set()
        self._thread.join(timeout=2.0)
        self.web.ask_to_stop()
        self.web.end(time.monotonic() + 2.0)
        self.close_listener()

    def close_listener(self) -> None:
        """End what is left when the web process was ended by the test."""
        self._ended.set()
        self._thread.join(timeout=2.0)
        self._listener.close()
