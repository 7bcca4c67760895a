"""Fuzz the emulated Boson: any request has an answer, a refusal, or none."""

import functools

from device.boson import commands
from device.boson.emulator.camera import EmulatedCamera, Maker, parse_request
from device.boson.emulator.scene import DoorScene
from device.boson.fbp import REQUEST, Message
from tests.fuzz.harness import fuzz

SEEDS = tuple(
    Message(7, function, REQUEST, bytes(command.request.size)).to_bytes()
    for function, command in commands.COMMANDS.items()
)


@functools.cache
def camera() -> EmulatedCamera:
    return EmulatedCamera(DoorScene(160, 128), Maker())


def one_input(data: bytes) -> None:
    """Ask with the payload of a packet, as it came off the line."""
    request = parse_request(data)
    answer = camera().answer(request) if request else None
    if request and answer:
        assert (answer.sequence, answer.function) == (request.sequence, request.function)
        answer.to_bytes()


if __name__ == "__main__":
    fuzz(one_input, SEEDS)
