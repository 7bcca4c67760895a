"""How messages between two processes are written: JSON in one packet, told apart by `kind`."""

from typing import Annotated, Any, Protocol

from pydantic import Field, TypeAdapter, ValidationError

MAX_MESSAGE_BYTES = 64 * 1024


class ChannelError(Exception):
    """The other process said something that no message is, or a message is too large to send."""


class ChannelClosed(ChannelError):
    """The other process is gone."""


class Message(Protocol):
    """A frozen dataclass with bounded fields."""

    @property
    def kind(self) -> str:
        """What tells it apart."""


class Vocabulary:
    """All that two processes may say to each other.

    Parameters
    ----------
    messages
        The union of its messages.
    """

    def __init__(self, messages: Any) -> None:
        self._adapter: TypeAdapter[Any] = TypeAdapter(
            Annotated[messages, Field(discriminator="kind")]
        )

    def encode(self, message: Message) -> bytes:
        """Return the packet for a message.

        Raises
        ------
        ChannelError
            When it is too large.
        """
        packet = bytes(self._adapter.dump_json(message))
        if len(packet) > MAX_MESSAGE_BYTES:
            raise ChannelError(
                f"A message of kind {message.kind} has {len(packet)} bytes; "
                f"at most {MAX_MESSAGE_BYTES} may travel."
            )
        return packet

    def decode(self, packet: bytes) -> Any:
        """Return the message in a packet.

        Raises
        ------
        ChannelError
            When it is none.
        """
        try:
            return self._adapter.validate_json(packet)
        except ValidationError as error:
            # Only types and places: what the packet held stays out of the log.
            first = error.errors(include_input=False, include_url=False)[0]
            raise ChannelError(
                f"A packet of {len(packet)} bytes is no message: {first['msg']} at {first['loc']}."
            ) from None

    def decode_exactly(self, packet: bytes) -> Any:
        """Return the message in a packet that holds nothing else: no space, no other order.

        Raises
        ------
        ChannelError
            When the same message would be written otherwise.
        """
        message = self.decode(packet)
        if self.encode(message) != packet:
            raise ChannelError(f"A packet of {len(packet)} bytes is not as a message is written.")
        return message
