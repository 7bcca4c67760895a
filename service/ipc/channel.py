"""Private packet sockets between the station's processes, which carry the typed messages."""

import array
import contextlib
import os
import select
import socket
from typing import Any

from service.ipc.vocabulary import MAX_MESSAGE_BYTES, ChannelClosed, Message, Vocabulary


class Channel:
    """One end of a private packet socket; it never blocks unless told to wait.

    Plain `read` and `write` are used wherever no file descriptor travels, so that a process
    locked down to those two system calls can still speak.

    Parameters
    ----------
    end
        The socket; it is closed with the channel.
    vocabulary
        What both sides speak.
    """

    def __init__(self, end: socket.socket, vocabulary: Vocabulary) -> None:
        self._language = vocabulary
        end.settimeout(0.0)
        self._socket = end
        self._poll = select.poll()
        self._poll.register(end, select.POLLIN)

    @classmethod
    def inherited(cls, fd: int, vocabulary: Vocabulary) -> "Channel":
        """Take over an end that the parent process has passed on."""
        return cls(socket.socket(fileno=fd), vocabulary)

    def fileno(self) -> int:
        """Return the file descriptor, for selectors and event loops."""
        return self._socket.fileno()

    def send(self, message: Message, *, fd: int | None = None, wait_s: float = 0.0) -> bool:
        """Send a message; False when the other side does not keep up and it was dropped."""
        packet = self._language.encode(message)
        if fd is None:
            return self.send_packet(packet, wait_s=wait_s)
        try:
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))]
            self._socket.sendmsg([packet], rights)
        except BlockingIOError:
            return False
        except OSError as error:
            raise ChannelClosed(f"The other process is gone ({error.strerror}).") from None
        return True

    def send_packet(self, packet: bytes, *, wait_s: float = 0.0) -> bool:
        """Send a packet as it is; False when the other side does not keep up."""
        try:
            return self._write(packet, wait_s=wait_s)
        except BlockingIOError:
            return False
        except OSError as error:
            raise ChannelClosed(f"The other process is gone ({error.strerror}).") from None

    def _write(self, packet: bytes, *, wait_s: float) -> bool:
        try:
            os.write(self.fileno(), packet)
        except BlockingIOError:
            if wait_s <= 0.0:
                raise
            self._poll.modify(self.fileno(), select.POLLOUT)
            self._poll.poll(wait_s * 1e3)
            self._poll.modify(self.fileno(), select.POLLIN)
            return self._write(packet, wait_s=0.0)
        return True

    def receive(self, *, wait_s: float = 0.0) -> Any:
        """Return the next message, None when there is none within `wait_s`."""
        packet = self.receive_packet(wait_s=wait_s)
        return None if packet is None else self._language.decode(packet)

    def receive_packet(self, *, wait_s: float = 0.0) -> bytes | None:
        """Return the next packet as it came, None when there is none within `wait_s`."""
        try:
            if wait_s > 0.0:
                self._poll.poll(wait_s * 1e3)
            packet = os.read(self.fileno(), MAX_MESSAGE_BYTES + 1)
        except BlockingIOError:
            return None
        except OSError as error:
            raise ChannelClosed(f"The other process is gone ({error.strerror}).") from None
        if not packet:
            raise ChannelClosed("The other process has closed its end.")
        return packet

    def receive_with_fd(self) -> tuple[Any, int | None]:
        """Return the next message and the file descriptor that came with it, if any."""
        try:
            packet, fds, _flags, _from = socket.recv_fds(self._socket, MAX_MESSAGE_BYTES + 1, 4)
        except BlockingIOError:
            return None, None
        except OSError as error:
            raise ChannelClosed(f"The other process is gone ({error.strerror}).") from None
        for surplus in fds[1:]:
            os.close(surplus)
        return self._opened(packet), (fds[0] if fds else None)

    def _opened(self, packet: bytes) -> Any:
        if not packet:
            raise ChannelClosed("The other process has closed its end.")
        return self._language.decode(packet)

    def close(self) -> None:
        """Close this end."""
        with contextlib.suppress(OSError):
            self._socket.close()


def socket_pair() -> tuple[socket.socket, socket.socket]:
    """Return both ends of a new private packet socket: ours, and the child's to inherit."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
