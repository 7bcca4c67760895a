"""What the station's processes say to each other: typed messages over private packet sockets.

A message is a frozen dataclass; on the wire it is JSON in one SOCK_SEQPACKET packet, told apart
by `kind`. Numbers and words travel here, never pixels; and nothing of it comes from the worker.

    worker -> supervisor   records, never messages: `service.ipc.records`
    supervisor -> worker   Admitted, Configure, Watch, RequestFfc, LearnNonUniformity, Look, Stop
    supervisor -> web      View (every frame), CheckCode, Picture (carries a descriptor), Welcoming,
                           a Reply
    web -> supervisor      Screens, and the requests of guards and admins
"""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from service.ipc.orders import ToWorker
from service.ipc.replies import Reply
from service.ipc.requests import AdminRequest, CalibrationRequest, GuardRequest, Screens
from service.ipc.view import CheckCode, Picture, View
from service.ipc.visitor_window import Welcoming

MAX_MESSAGE_BYTES = 64 * 1024


class ChannelError(Exception):
    """The other process said something that no message is, or a message is too large to send."""


class ChannelClosed(ChannelError):
    """The other process is gone."""


ToWeb = View | CheckCode | Picture | Welcoming | Reply
FromWeb = Screens | GuardRequest | AdminRequest | CalibrationRequest
Message = ToWorker | ToWeb | FromWeb
MESSAGE: TypeAdapter[Any] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])
VIEW: TypeAdapter[View] = TypeAdapter(View)


def encode(message: Message) -> bytes:
    """Return the packet for a message."""
    packet = bytes(MESSAGE.dump_json(message))
    if len(packet) > MAX_MESSAGE_BYTES:
        raise ChannelError(
            f"A message of kind {message.kind} has {len(packet)} bytes; "
            f"at most {MAX_MESSAGE_BYTES} may travel."
        )
    return packet


def decode_exactly(packet: bytes) -> Message:
    """Return the message in a packet that holds nothing else: no space, no other order.

    Raises
    ------
    ChannelError
        When the same message would be written otherwise.
    """
    message = decode(packet)
    if encode(message) != packet:
        raise ChannelError(f"A packet of {len(packet)} bytes is not as a message is written.")
    return message


def decode(packet: bytes) -> Message:
    """Return the message in a packet."""
    try:
        message: Message = MESSAGE.validate_json(packet)
    except ValidationError as error:
        # Only types and places: what the packet held stays out of the log.
        first = error.errors(include_input=False, include_url=False)[0]
        raise ChannelError(
            f"A packet of {len(packet)} bytes is no message: {first['msg']} at {first['loc']}."
        ) from None
    return message
