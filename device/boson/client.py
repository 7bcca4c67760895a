"""Commands over a line that loses, delays, repeats and garbles: one request, its own answer.

An answer belongs to a request by its sequence number and nothing else, and that is looked at before
its status. A camera that was late once otherwise stays one answer behind for good: the answer to
the last request is taken for the answer to this one (openmv/openmv pull request 3265). Answers to
requests that nobody waits for any more are dropped and counted.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from device.boson.declare import Command, Value
from device.boson.fbp import CommandFailed, Message, NotReady
from device.boson.fslp import Decoder, encode
from device.boson.transport import Transport
from device.errors import ProtocolError, ReplyTimeout

T = TypeVar("T")

_LAST_SEQUENCE = 0xFFFF_FFFF
_RETRY_AFTER_S = 0.02  # first pause before a camera that is not ready is asked again; it doubles
_STRAYS_PER_ANSWER = 256  # answers to nobody in a row before the line counts as unusable


@dataclass(slots=True)
class _Request:
    """A request under way: which row it is, what it carries, and when it is given up."""

    row: int
    data: bytes
    deadline_s: float
    attempts: int = 1  # since anything was heard from the camera
    refusals: int = 0
    failure: CommandFailed | None = None  # set while it waits to be sent to a busy camera again


class BosonClient:
    """Calls commands of a camera.

    Parameters
    ----------
    transport
        The line; the client owns it from now on.
    timeout_s
        How long one answer may take.
    attempts
        How often a repeatable command is sent, while nothing at all is answered, before the line
        counts as silent.
    patience_s
        How long a camera may say that it is busy or not ready.
    window
        How many requests may be under way at once. The protocol's sequence numbers allow more than
        one; whether a camera's firmware does is for the driver to find out.

    Attributes
    ----------
    strays
        What went astray, by reason: answers that came `late`, requests that stayed `unanswered`,
        packets with `no message`, reads that were `drained`.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        timeout_s: float = 0.5,
        attempts: int = 3,
        patience_s: float = 2.0,
        window: int = 1,
    ) -> None:
        self.timeout_s = timeout_s
        self.attempts = attempts
        self.patience_s = patience_s
        self.window = window
        self.strays: Counter[str] = Counter()
        self._transport = transport
        self._decoder = Decoder()
        self._sequence = 0

    @property
    def port(self) -> str:
        """Where the camera is connected."""
        return self._transport.name

    @property
    def dropped(self) -> Counter[str]:
        """What the framing dropped, by reason (see `fslp`)."""
        return self._decoder.dropped

    def call(self, command: Command[T], *values: Value) -> T:
        """Send `command` with `values` and return what it answers.

        Raises
        ------
        CommandFailed
            The camera answered with an error; a subclass says which.
        ReplyTimeout
            No answer came.
        ProtocolError
            The answer is none to this command.
        SensorLost
            The line is gone.
        """
        ((_, result),) = self.call_each(command, (values,))
        return result

    def call_each(
        self, command: Command[T], rows: Iterable[tuple[Value, ...]]
    ) -> Iterator[tuple[int, T]]:
        """Call `command` once per row of values, as many at a time as the window allows.

        Yields the number of the row and its answer, in the order of the answers; raises what
        `call` raises.
        """
        todo = enumerate(rows)
        waiting: dict[int, _Request] = {}
        patience_ends_s = time.monotonic() + self.patience_s
        strays_left = _STRAYS_PER_ANSWER
        while True:
            while len(waiting) < self.window and (row := next(todo, None)) is not None:
                self._send(command, waiting, _Request(row[0], command.request.pack(*row[1]), 0.0))
            if not waiting:
                return
            wake_s = min(request.deadline_s for request in waiting.values())
            for message in self._receive(wake_s):
                request = waiting.get(message.sequence)
                if request is None or request.failure is not None:
                    self.strays["late"] += 1
                    strays_left -= 1
                    continue
                self._check(command, message)
                strays_left = _STRAYS_PER_ANSWER
                _hurry(waiting, message.sequence)
                failure = message.failure(command.name, pixels=command.reply.carries_bytes)
                if failure is None:
                    del waiting[message.sequence]
                    patience_ends_s = time.monotonic() + self.patience_s
                    yield request.row, command.read(message.data)
                elif isinstance(failure, NotReady) and time.monotonic() < patience_ends_s:
                    pause_s = _RETRY_AFTER_S * 2 ** min(request.refusals, 4)
                    request.refusals += 1
                    request.failure = failure
                    request.deadline_s = time.monotonic() + pause_s
                else:
                    raise failure
            if strays_left < 0:
                raise ProtocolError(
                    f"{_STRAYS_PER_ANSWER} packets came while {command.name} waited for its own.",
                    "Unplug the sensor and plug it in again.",
                )
            self._send_again(command, waiting)

    def drain(self, silence_s: float = 0.05) -> None:
        """Drop what is on the line, until it is silent for `silence_s` or twenty times as long."""
        ends_s = time.monotonic() + 20 * silence_s
        while time.monotonic() < ends_s and self._transport.read(silence_s):
            self.strays["drained"] += 1
        self._decoder.reset()

    def close(self) -> None:
        """Close the line."""
        self._transport.close()

    def _send(self, command: Command[T], waiting: dict[int, _Request], request: _Request) -> None:
        self._sequence = self._sequence % _LAST_SEQUENCE + 1
        message = Message(self._sequence, command.function, data=request.data)
        request.deadline_s = time.monotonic() + self.timeout_s
        waiting[self._sequence] = request
        self._transport.write(encode(message.to_bytes()))

    def _send_again(self, command: Command[T], waiting: dict[int, _Request]) -> None:
        """Send what the camera was not ready for or did not answer, under a new sequence number."""
        now_s = time.monotonic()
        for sequence in [s for s, request in waiting.items() if request.deadline_s <= now_s]:
            request = waiting.pop(sequence)
            if request.failure is not None:
                request.failure = None
            elif command.repeatable and request.attempts < self.attempts:
                self.strays["unanswered"] += 1
                request.attempts += 1
            else:
                raise ReplyTimeout(
                    f"{command.name} got no answer on {self.port} within {self.timeout_s:g} s, "
                    f"asked {request.attempts} times.",
                    "Unplug the sensor and plug it in again; look at its cable.",
                )
            self._send(command, waiting, request)

    def _receive(self, until_s: float) -> Iterator[Message]:
        """Yield the messages of one read; what is no message is counted."""
        for payload in self._decoder.feed(self._transport.read(until_s - time.monotonic())):
            try:
                yield Message.from_bytes(payload)
            except ProtocolError:
                self.strays["no message"] += 1

    def _check(self, command: Command[T], message: Message) -> None:
        if message.function != command.function:
            raise ProtocolError(
                f"answer {message.sequence} is for function 0x{message.function:08X}, expected "
                f"{command.name} (0x{command.function:08X}).",
                "Unplug the sensor and plug it in again.",
            )  # without its data: a late answer may carry a piece of a frame


def _hurry(waiting: dict[int, _Request], answered: int) -> None:
    """Let requests that were sent before one that is answered now be sent again at once.

    A camera answers in order, so their answers were lost on the way. And it is there: what was
    asked in vain so far does not count towards its silence.
    """
    for sequence, request in waiting.items():
        request.attempts = 1
        if sequence < answered and request.failure is None:
            request.deadline_s = 0.0
