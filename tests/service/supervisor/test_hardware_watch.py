"""The watch over the hardware: a swap within a second, an ended approval within a minute."""

from dataclasses import replace
from pathlib import Path

import pytest

from device.info import SensorInfo
from hardware.host.descriptors import Code
from hardware.host.network import HostNetwork, NetInterface
from hardware.vetting.decision import Outcome
from hardware.vetting.enrolment import save
from hardware.vetting.station import ENROLMENTS, Vetting
from screening.result import Reason
from service.supervisor.hardware_watch import HardwareWatch
from tests.hardware.institution import KEY, SAYS, TODAY, Institution
from tests.hardware.trees import Fake, Setting, configuration, device_bytes, plant

INFO = SensorInfo(
    dossier=KEY,
    model="Boson+",
    serial=SAYS.serial,
    firmware=SAYS.firmware,
    width=640,
    height=512,
    frame_rate_hz=60.0,
    hfov_deg=32.0,
    netd_k=0.04,
    simulated=False,
    port="1-2",
)


@pytest.fixture
def institution(tmp_path: Path) -> Institution:
    return Institution(tmp_path)


@pytest.fixture
def watch(institution: Institution, tmp_path: Path) -> HardwareWatch:
    save(tmp_path / ENROLMENTS, institution.enrol())
    return HardwareWatch(Vetting(institution.own, tmp_path, institution.sys, lambda: TODAY))


def test_what_a_worker_opened_is_admitted(watch: HardwareWatch) -> None:
    assert watch.admit(INFO, 100.0).outcome is Outcome.APPROVED


def test_nothing_is_looked_at_before_a_sensor_is_open_and_after_it_is_gone(
    watch: HardwareWatch,
) -> None:
    assert watch.turn(1e6) is None
    watch.admit(INFO, 100.0)
    watch.leave()
    assert watch.turn(1e6) is None


def test_an_unchanged_sensor_is_looked_at_once_a_minute(watch: HardwareWatch) -> None:
    watch.admit(INFO, 100.0)
    looks = [now for now in range(101, 301) if watch.turn(float(now)) is not None]
    assert looks == [160, 220, 280]


@pytest.mark.parametrize(
    "swapped", [Fake(devnum=5), Fake(serial="USB-1"), Fake(raw=device_bytes(vid=1))]
)
def test_a_swap_is_told_within_a_second(
    watch: HardwareWatch, institution: Institution, swapped: Fake
) -> None:
    watch.admit(INFO, 100.0)
    assert watch.turn(100.5) is None
    plant(institution.sys, swapped)
    decision = watch.turn(101.0)
    assert decision is not None
    assert decision.outcome is Outcome.REFUSED


def test_a_sensor_that_is_pulled_out_is_told_within_a_second(
    watch: HardwareWatch, institution: Institution
) -> None:
    watch.admit(INFO, 100.0)
    (institution.sys / "bus/usb/devices/1-2").unlink()
    decision = watch.turn(101.0)
    assert decision is not None
    assert "The sensor is gone" in str(decision)


def test_an_approval_that_ends_is_told_within_a_minute(
    watch: HardwareWatch, institution: Institution
) -> None:
    watch.admit(INFO, 100.0)
    institution.write_dossier(decision={"verdict": "refused", "why": "We know better."})
    assert watch.turn(159.0) is None
    decision = watch.turn(160.0)
    assert decision is not None
    assert "It was refused: We know better." in str(decision)


def test_a_keyboard_that_joins_the_hub_is_told_within_a_second(
    institution: Institution, tmp_path: Path
) -> None:
    sensor = Fake(port="1-2.1")
    save(tmp_path / ENROLMENTS, institution.enrol(sensor))
    watch = HardwareWatch(Vetting(institution.own, tmp_path, institution.sys, lambda: TODAY))
    assert watch.admit(replace(INFO, port="1-2.1"), 100.0).passes
    keyboard = device_bytes(configuration(Setting(Code(3, 1, 1))))
    plant(institution.sys, Fake(port="1-2.2", raw=keyboard, nodes=()))
    decision = watch.turn(101.0)
    assert decision is not None
    assert "keyboard" in str(decision)


def test_a_worker_whose_device_is_already_gone_is_refused(
    watch: HardwareWatch, institution: Institution
) -> None:
    (institution.sys / "bus/usb/devices/1-2").unlink()
    assert watch.admit(INFO, 100.0).outcome is Outcome.REFUSED


def test_a_simulated_sensor_is_watched_as_simulated(watch: HardwareWatch) -> None:
    info = replace(INFO, dossier="simulated", simulated=True, port="")
    assert watch.admit(info, 100.0).outcome is Outcome.SIMULATED
    assert watch.turn(101.0) is None
    decision = watch.turn(161.0)
    assert decision is not None
    assert decision.outcome is Outcome.SIMULATED


def test_the_network_is_looked_at_often_enough_to_speak_of_it(watch: HardwareWatch) -> None:
    first = watch.network(100.0)
    assert watch.network(119.0) is first
    second = watch.network(120.0)
    assert second is not first
    assert all(watch.network(now).fresh(now) for now in map(float, range(121, 400, 7)))


def test_a_real_sensor_stops_on_a_computer_with_a_network(
    watch: HardwareWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    eth0 = HostNetwork(100.0, (NetInterface("eth0", up=True, mac=""),), (), (), (), (), whole=True)
    monkeypatch.setattr(watch, "_network", eth0)
    watch.admit(INFO, 100.0)
    stop = watch.stop(100.1)
    assert stop is not None
    assert stop[0] is Reason.NETWORK_FOUND
    assert "Interface eth0 is up" in str(stop[1])
    assert watch.stop(100.2) is None, "one look is judged once"


def test_a_simulated_sensor_may_run_on_a_computer_with_a_network(
    watch: HardwareWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    eth0 = HostNetwork(100.0, (NetInterface("eth0", up=True, mac=""),), (), (), (), (), whole=True)
    monkeypatch.setattr(watch, "_network", eth0)
    watch.admit(replace(INFO, dossier="simulated", simulated=True, port=""), 100.0)
    assert watch.stop(100.1) is None


def test_a_swap_stops_the_worker_with_the_reason(
    watch: HardwareWatch, institution: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = HostNetwork(100.0, (), (), (), (), (), whole=True)
    monkeypatch.setattr(watch, "_network", alone)
    watch.admit(INFO, 100.0)
    assert watch.stop(100.1) is None
    plant(institution.sys, Fake(serial="USB-1"))
    stop = watch.stop(101.2)
    assert stop is not None
    assert stop[0] is Reason.SENSOR_REFUSED
