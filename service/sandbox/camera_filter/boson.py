"""The filter of a Boson's control channel: FSLP packets that carry allowed FBP requests."""

from collections import Counter

from device.boson.commands import CAPTURES, COMMANDS
from device.boson.fbp import REQUEST, Message, Status
from device.boson.fslp import Decoder, encode
from device.errors import ProtocolError
from service.sandbox.camera_filter.wire import Passed


class BosonFilter:
    """Lets requests through whose data stand in the `allowed` column of their command.

    Parameters
    ----------
    captures
        Whether frames come over the control channel. A camera with video needs no captures, and a
        capture leaves a frame in the camera's memory until the next one or until power-off.

    Attributes
    ----------
    refused
        How often something was kept from the camera: `no message`, `no request` (an answer, or a
        status), `unknown`, `not allowed`. What the framing drops is in `dropped`.
    """

    def __init__(self, *, captures: bool) -> None:
        self.refused: Counter[str] = Counter()
        self._decoder = Decoder()
        self._allowed = {
            function: command.allowed
            for function, command in COMMANDS.items()
            if captures or function not in CAPTURES
        }

    @property
    def dropped(self) -> Counter[str]:
        """What came outside packets, or in broken ones; see `device.boson.fslp`."""
        return self._decoder.dropped

    def judge(self, data: bytes) -> Passed:
        """Take what the worker wrote; say what goes on."""
        camera = worker = b""
        for payload in self._decoder.feed(data):
            try:
                request = Message.from_bytes(payload)
            except ProtocolError:
                self.refused["no message"] += 1
                continue
            why_not = self._why_not(request)
            if why_not is None:
                camera += encode(request.to_bytes())
            else:
                self.refused[why_not] += 1
                refusal = Message(request.sequence, request.function, Status.NOT_ALLOWED)
                worker += encode(refusal.to_bytes())
        return Passed(camera, worker)

    def _why_not(self, request: Message) -> str | None:
        if request.status != REQUEST:
            return "no request"
        allowed = self._allowed.get(request.function)
        if allowed is None:
            return "unknown"
        return None if request.data in allowed else "not allowed"
