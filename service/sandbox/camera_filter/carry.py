"""The loops of the filter: over the worker's socket and the camera's descriptor, until one ends."""

import os
import select

from service.sandbox.camera_filter.lepton import LeptonFilter
from service.sandbox.camera_filter.wire import WireFilter

_READ_BYTES = 65_536
_RECORD_BYTES = 256


def carry_bytes(wire: WireFilter, worker: int, camera: int) -> None:
    """Carry bytes both ways, the worker's through the filter; return when one end hangs up.

    Neither direction waits for the other, and nothing is read that cannot be passed on: an end
    that does not read stops only what is meant for it, and the filter never holds more than one
    read of it.

    Parameters
    ----------
    wire
        Decides on the worker's bytes.
    worker, camera
        Open descriptors: a stream socket, a serial port in raw mode. They are made non-blocking.
    """
    os.set_blocking(worker, False)
    os.set_blocking(camera, False)
    buffer = memoryview(bytearray(_READ_BYTES))
    to_camera, to_worker = bytearray(), bytearray()
    while True:
        poll = select.poll()
        poll.register(worker, _events(reads=not (to_camera or to_worker), writes=bool(to_worker)))
        poll.register(camera, _events(reads=not to_worker, writes=bool(to_camera)))
        ready = dict(poll.poll())
        try:
            if ready.get(camera, 0) & select.POLLIN:
                count = os.readv(camera, (buffer,))
                if not count:
                    return
                to_worker += buffer[:count]
                buffer[:count] = bytes(count)  # pixels may be among it
            if ready.get(worker, 0) & select.POLLIN:
                count = os.readv(worker, (buffer,))
                if not count:
                    return
                passed = wire.judge(bytes(buffer[:count]))
                to_camera += passed.camera
                to_worker += passed.worker
            if not any(event & (select.POLLIN | select.POLLOUT) for event in ready.values()):
                return  # one end is gone
            _write(camera, to_camera)
            _write(worker, to_worker)
        except OSError:
            return  # one end is gone


def carry_queries(filter_: LeptonFilter, worker: int) -> None:
    """Answer the worker's records, one at a time; return when it hangs up.

    Parameters
    ----------
    filter_
        Decides, and asks the camera.
    worker
        A socket that keeps records apart.
    """
    os.set_blocking(worker, True)
    try:
        while record := os.read(worker, _RECORD_BYTES):
            os.write(worker, filter_.answer(record))
    except OSError:
        return  # the worker is gone


def _events(*, reads: bool, writes: bool) -> int:
    return reads * select.POLLIN | writes * select.POLLOUT


def _write(descriptor: int, data: bytearray) -> None:
    """Write what there is room for; what is written is overwritten with zeros before it goes."""
    if not data:
        return
    try:
        count = os.write(descriptor, data)
    except BlockingIOError:
        return
    data[:count] = bytes(count)
    del data[:count]
