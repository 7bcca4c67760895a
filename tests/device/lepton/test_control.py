"""The control channel of a PureThermal board speaks the kernel's and the board's language."""

import errno
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from device.errors import CommandFailed, NotRadiometric, ProtocolError, SensorLost, SensorNotFound
from device.lepton.commands import GET_CUR, Commands
from device.lepton.control import UVCIOC_CTRL_QUERY, Identity, LeptonControl, Query
from device.lepton.emulator import EmulatedLepton, Fault


@pytest.fixture
def camera() -> EmulatedLepton:
    return EmulatedLepton()


@pytest.fixture
def control(camera: EmulatedLepton) -> LeptonControl:
    return LeptonControl("/dev/null", camera.ioctl)


def test_request_and_structure_are_those_of_the_kernel_header(tmp_path: Path) -> None:
    header = Path("/usr/include/linux/uvcvideo.h")
    compiler = shutil.which("gcc")
    if compiler is None or not header.exists():
        reason = "gcc and the kernel's headers are needed to compare with the kernel"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    source = tmp_path / "header.c"
    fields = ("unit", "selector", "query", "size", "data")
    offsets = ", ".join(f"offsetof(struct uvc_xu_control_query, {field})" for field in fields)
    source.write_text(
        "#include <linux/uvcvideo.h>\n#include <stddef.h>\n#include <stdio.h>\n"
        f"int main(void) {{ size_t at[] = {{{offsets}}};\n"
        'for (int i = 0; i < 5; i++) printf("%zu ", at[i]);\n'
        'printf("%zu %lu\\n", sizeof(struct uvc_xu_control_query), '
        "(unsigned long)UVCIOC_CTRL_QUERY); }\n"
    )
    subprocess.run([compiler, source, "-o", tmp_path / "header"], check=True)
    told = subprocess.run([tmp_path / "header"], check=True, capture_output=True, text=True).stdout
    ours = [getattr(Query, field).offset for field in fields]
    assert [int(part) for part in told.split()] == [*ours, 16, UVCIOC_CTRL_QUERY]


@pytest.mark.parametrize(
    ("command", "unit", "selector", "size"),
    [  # as in the board's firmware
        (Commands.SERIAL, 6, 3, 8),
        (Commands.RUN_FFC, 6, 17, 1),
        (Commands.PART_NUMBER, 4, 8, 32),
        (Commands.SOFTWARE, 4, 9, 8),
        (Commands.TLINEAR, 5, 49, 4),
        (Commands.RESOLUTION, 5, 50, 4),
        (Commands.AGC_ENABLE, 3, 1, 4),
    ],
)
def test_a_command_has_its_unit_and_selector(
    command: Commands, unit: int, selector: int, size: int
) -> None:
    assert (command.value.unit, command.value.selector) == (unit, selector)
    assert command.value.size == size


def test_the_camera_says_who_it_is(control: LeptonControl) -> None:
    assert control.identity() == Identity("SIMULATED 500-0771-01", str(0x24048A4E), "3.3.26")


def test_after_bring_up_the_camera_measures(control: LeptonControl) -> None:
    assert control.get(Commands.TLINEAR) == bytes(4)
    control.make_radiometric()
    assert control.get(Commands.TLINEAR) == b"\x01\0\0\0"
    assert control.get(Commands.RESOLUTION) == b"\x01\0\0\0"
    assert control.get(Commands.AGC_ENABLE) == bytes(4)
    assert control.get(Commands.FLUX_PARAMETERS)[:2] == (8192).to_bytes(2, "little")


def test_a_setting_that_the_camera_does_not_keep_is_refused(camera: EmulatedLepton) -> None:
    def forgetful(descriptor: int, request: int, query: Any) -> int:
        answer = camera.ioctl(descriptor, request, query)
        camera._values[Commands.TLINEAR] = bytes(4)
        return answer

    with pytest.raises(NotRadiometric, match=r"TLINEAR 01000000 and says 00000000"):
        LeptonControl("/dev/null", forgetful).make_radiometric()


def test_a_first_refusal_is_asked_again(camera: EmulatedLepton) -> None:
    calls = []

    def shy(descriptor: int, request: int, query: Any) -> int:
        calls.append(query.query)
        if len(calls) < 3:
            raise OSError(errno.EPIPE, "Broken pipe")
        return camera.ioctl(descriptor, request, query)

    assert LeptonControl("/dev/null", shy).get(Commands.SERIAL)[0] == 0x4E


def test_a_camera_that_keeps_refusing_is_an_error() -> None:
    def stubborn(descriptor: int, request: int, query: Any) -> int:
        raise OSError(errno.EPIPE, "Broken pipe")

    with pytest.raises(CommandFailed, match="refused SERIAL 3 times"):
        LeptonControl("/dev/null", stubborn).get(Commands.SERIAL)


def test_an_unplugged_camera_is_lost(camera: EmulatedLepton, control: LeptonControl) -> None:
    camera.fault = Fault.UNPLUG
    with pytest.raises(SensorLost):
        control.run_ffc()


def test_a_video_node_of_another_kind_is_named() -> None:
    with pytest.raises(ProtocolError, match="no PureThermal board"):
        LeptonControl("/dev/null").get(Commands.SERIAL)  # the kernel itself answers: ENOTTY


def test_another_length_than_the_firmware_has_is_refused(camera: EmulatedLepton) -> None:
    def other(descriptor: int, request: int, query: Any) -> int:
        answer = camera.ioctl(descriptor, request, query)
        if query.query != GET_CUR:
            import ctypes

            ctypes.memmove(query.data, b"\x10\x00", 2)
        return answer

    with pytest.raises(ProtocolError, match="SERIAL has 16 bytes, expected 8"):
        LeptonControl("/dev/null", other).get(Commands.SERIAL)


def test_a_missing_node_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(SensorNotFound, match="video9"):
        LeptonControl(str(tmp_path / "video9"))


def test_closing_twice_is_harmless(control: LeptonControl) -> None:
    control.close()
    control.close()
