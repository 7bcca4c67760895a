"""What runs in the station's other processes, and with which descriptors."""

import os
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from service.ipc.channel import Channel, socket_pair
from service.ipc.frame_memory import create_frame_memory
from service.ipc.messages import MESSAGES
from service.ipc.orders import ORDERS
from service.sandbox.launch import Program
from service.sandbox.profiles import CALIBRATOR, CAMERA_FILTER, WEB, WORKER
from service.supervisor.camera_place import CameraPlace
from service.supervisor.child import Child
from service.supervisor.config import StationConfig


def start_web(config: StationConfig, listener: int, *, here: str, locked: bool) -> Child:
    """Start the web process.

    Parameters
    ----------
    listener
        Descriptor of the listening socket.
    here
        What the station remembers of its register, and what it has, as JSON.

    Raises
    ------
    SandboxError
        When it cannot be locked; here and below.
    """
    arguments = ["--listen", str(listener), "--language", config.language, "--name", config.name]
    arguments += ["--visitor", config.visitor.model_dump_json()]
    if config.hardware_register is not None:
        arguments += ["--register", str(config.hardware_register.absolute())]
    arguments += ["--here", here]
    ours, theirs = socket_pair()
    with theirs:
        program = replace(
            _program(
                "service.web",
                arguments,
                [theirs.fileno(), listener],
                theirs.fileno(),
                locked=locked,
            ),
            readable=() if config.hardware_register is None else (config.hardware_register,),
        )
        return Child(
            program,
            WEB if locked else None,
            channel=Channel(ours, MESSAGES),
            show_output=config.show_output,
        )


def start_filter(config: StationConfig, place: CameraPlace, line: int) -> Child:
    """Start the filter before a camera.

    Parameters
    ----------
    line
        Descriptor of its end of the line to the worker.
    """
    arguments = ["--kind", place.filter_kind, "--worker", str(line)]
    program = Program("service.sandbox.camera_filter.main", arguments, [line])
    return Child(program, CAMERA_FILTER, show_output=config.show_output)


def start_calibrator(config: StationConfig) -> Child:
    """Start the process that speaks to a calibrator; it is never started without a lock."""
    ours, theirs = socket_pair()
    with theirs:
        number = theirs.fileno()
        program = Program("service.sandbox.calibrator.main", ["--channel", str(number)], [number])
        return Child(
            program, CALIBRATOR, channel=Channel(ours, ORDERS), show_output=config.show_output
        )


def line_of(place: CameraPlace) -> tuple[socket.socket, socket.socket]:
    """Return both ends of a new line between worker and filter; a Lepton's keeps records apart."""
    records = not place.control.serial
    kind = socket.SOCK_SEQPACKET if records else socket.SOCK_STREAM
    return socket.socketpair(socket.AF_UNIX, kind)


def start_worker(
    config: StationConfig,
    *,
    scenario: str,
    own: Path | None,
    preview: int,
    camera: tuple[CameraPlace, int] | None,
    locked: bool,
) -> Child:
    """Start the worker.

    Parameters
    ----------
    scenario, own
        What a simulated sensor shows, and its file when it is none that comes with the simulator.
    preview
        Writable descriptor of the memory of the thermal view.
    camera
        Where a real sensor is, and the worker's end of the line to its filter.
    """
    arguments = ["--preview", str(preview), "--sensor", config.sensor]
    descriptors = [preview]
    if camera is None:
        arguments += ["--scenario", scenario]
    else:
        place, line = camera
        descriptors.append(line)
        arguments += ["--port", place.port, "--line", str(line)]
        if place.video is not None:
            arguments += ["--video", place.video.path]
        if place.usb is not None:
            arguments += ["--usb-serial", place.usb.serial]
            arguments += ["--usb-firmware", place.usb.bcd_device]
    with ExitStack() as ours_to_close:
        frames = create_frame_memory()
        if frames is not None:
            ours_to_close.callback(os.close, frames)
            descriptors.append(frames)
            arguments += ["--frames", str(frames)]
        ours, theirs = socket_pair()
        ours_to_close.enter_context(theirs)
        program = _program(
            WORKER_MODULE,
            arguments,
            [theirs.fileno(), *descriptors],
            theirs.fileno(),
            locked=locked,
        )
        if own is not None:
            program = replace(program, readable=(own,))
        return Child(
            program,
            WORKER if locked else None,
            channel=Channel(ours, ORDERS),
            show_output=config.show_output,
        )


WORKER_MODULE = "service.worker.main"


def _program(
    module: str, arguments: Sequence[str], descriptors: Sequence[int], channel: int, *, locked: bool
) -> Program:
    told = ["--channel", str(channel), *arguments, *(() if locked else ("--unlocked",))]
    return Program(module, told, descriptors)
