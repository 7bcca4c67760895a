"""What runs in the station's other processes, and with which descriptors."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from service.ipc.channel import Channel, socket_pair
from service.ipc.frame_memory import create_frame_memory
from service.sandbox.launch import Program
from service.sandbox.profiles import WEB, WORKER
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
            channel=Channel(ours),
            show_output=config.show_output,
        )


def start_worker(config: StationConfig, *, scenario: str, preview: int, locked: bool) -> Child:
    """Start the worker.

    Parameters
    ----------
    scenario
        What a simulated sensor shows.
    preview
        Writable descriptor of the memory of the thermal view.
    """
    arguments = ["--preview", str(preview), "--sensor", config.sensor]
    if config.simulated:
        arguments += ["--scenario", scenario]
    if config.sensor_port is not None:
        arguments += ["--sensor-port", config.sensor_port]
    descriptors = [preview]
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
        return Child(
            program,
            WORKER if locked else None,
            channel=Channel(ours),
            show_output=config.show_output,
        )


WORKER_MODULE = "service.worker.main"


def _program(
    module: str, arguments: Sequence[str], descriptors: Sequence[int], channel: int, *, locked: bool
) -> Program:
    told = ["--channel", str(channel), *arguments, *(() if locked else ("--unlocked",))]
    return Program(module, told, descriptors)
