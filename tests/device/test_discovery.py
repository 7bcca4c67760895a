"""Serial port and video node of one USB device are paired by its port, whatever their order."""

from pathlib import Path

import pytest

from device.boson.ids import USB_IDS
from device.boson.opening import open_boson
from device.discovery import Found, choose, find
from device.errors import SensorNotFound
from hardware.vetting.check import vet
from tests.hardware.trees import SENSOR_CONFIGURATION, Fake, device_bytes, plant

BOSON = Fake()
OTHER = Fake(port="1-4.2", serial="USB-77", devnum=9, nodes=("tty/ttyACM0", "video4linux/video0"))


def index(root: Path, node: str, number: int) -> None:
    (root / "class/video4linux" / node / "index").write_text(f"{number}\n")


def test_one_camera_is_found_with_both_of_its_nodes(tmp_path: Path) -> None:
    root = plant(tmp_path, BOSON)
    (found,) = find(USB_IDS, sys_root=root)
    assert found.usb.port == "1-2"
    assert (found.serial_port, found.video_node) == ("/dev/ttyACM0", "/dev/video0")


def test_two_cameras_are_not_mixed_up_when_their_nodes_are_in_opposite_order(
    tmp_path: Path,
) -> None:
    first = BOSON.with_(nodes=("tty/ttyACM1", "video4linux/video0"))
    second = OTHER.with_(nodes=("tty/ttyACM0", "video4linux/video2"))
    root = plant(tmp_path, first, second)
    found = {one.usb.serial: one for one in find(USB_IDS, sys_root=root)}
    assert found["USB-93588"].serial_port == "/dev/ttyACM1"
    assert found["USB-93588"].video_node == "/dev/video0"
    assert found["USB-77"].serial_port == "/dev/ttyACM0"
    assert found["USB-77"].video_node == "/dev/video2"


def test_a_device_behind_a_hub_is_not_taken_for_the_hub(tmp_path: Path) -> None:
    root = plant(tmp_path, OTHER.with_(port="1-2.4"), BOSON.with_(nodes=()))
    found = {one.usb.port: one for one in find(USB_IDS, sys_root=root)}
    assert found["1-2.4"].serial_port == "/dev/ttyACM0"
    assert found["1-2"].serial_port is None


def test_the_metadata_node_is_not_the_video_node(tmp_path: Path) -> None:
    nodes = ("tty/ttyACM0", "video4linux/video0", "video4linux/video1")
    root = plant(tmp_path, BOSON.with_(nodes=nodes))
    index(root, "video0", 1)
    index(root, "video1", 0)
    (found,) = find(USB_IDS, sys_root=root)
    assert found.video_node == "/dev/video1"


def test_other_kinds_of_devices_are_left_out(tmp_path: Path) -> None:
    webcam = BOSON.with_(port="1-3", raw=device_bytes(SENSOR_CONFIGURATION, vid=0x046D))
    assert find(USB_IDS, sys_root=plant(tmp_path, webcam)) == ()


def test_a_device_that_vanishes_while_it_is_read_is_left_out(tmp_path: Path) -> None:
    root = plant(tmp_path, BOSON.with_(missing=("descriptors",)), OTHER)
    (found,) = find(USB_IDS, sys_root=root)
    assert found.usb.serial == "USB-77"


def test_without_sysfs_nothing_is_found(tmp_path: Path) -> None:
    assert find(USB_IDS, sys_root=tmp_path) == ()


# --- which one


def both(tmp_path: Path) -> tuple[Found, ...]:
    return find(USB_IDS, sys_root=plant(tmp_path, BOSON, OTHER))


def test_the_only_one_is_chosen(tmp_path: Path) -> None:
    found = find(USB_IDS, sys_root=plant(tmp_path, BOSON))
    assert choose(found, "Boson").usb.serial == "USB-93588"


def test_one_is_chosen_by_its_serial_number(tmp_path: Path) -> None:
    assert choose(both(tmp_path), "Boson", serial="USB-77").usb.port == "1-4.2"


def test_nothing_is_chosen_by_order(tmp_path: Path) -> None:
    with pytest.raises(SensorNotFound, match=r"2 to choose from.*1-2.*1-4.2.*Say which") as caught:
        choose(both(tmp_path), "Boson")
    assert "USB port" in caught.value.remedy


def test_a_serial_number_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SensorNotFound, match="no Boson has the serial number USB-1; there is"):
        choose(both(tmp_path), "Boson", serial="USB-1")


def test_a_camera_without_its_serial_port_names_the_kernel_module(tmp_path: Path) -> None:
    root = plant(tmp_path, BOSON.with_(nodes=("video4linux/video0",)))
    with pytest.raises(SensorNotFound, match=r"USB port 1-2 has no serial port.*cdc_acm"):
        open_boson(sys_root=root, vet=vet)


def test_an_empty_usb_port_is_said_so(tmp_path: Path) -> None:
    root = plant(tmp_path, BOSON)
    with pytest.raises(SensorNotFound, match="no Boson is plugged in"):
        open_boson("1-7", sys_root=root, vet=vet)


def test_a_serial_port_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SensorNotFound, match="There is no device /dev/ttyACM77"):
        open_boson("/dev/ttyACM77", sys_root=plant(tmp_path, BOSON), vet=vet)
