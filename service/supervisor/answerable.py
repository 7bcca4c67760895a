"""Who answers for the numbers: acceptance, calibration and drift watch of one station, together."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from device.info import SensorInfo
from hardware.vetting.station import Vetting
from service.ipc.acceptance import ShownAcceptance
from service.ipc.records import Instruments, Seen, SpotSeen, Status
from service.ipc.replies import Reply
from service.ipc.requests import CalibrationRequest
from service.ipc.settings import StationSettings
from service.state.acceptance import AcceptanceStore
from service.state.admin_password import AdminDoor
from service.state.calibration import CalibrationStore
from service.state.drift import DriftWatch
from service.state.recorder import Recorder, boot_clock
from service.supervisor.accepting.acceptance import Acceptance
from service.supervisor.accepting.bench import Around, Bench
from service.supervisor.accepting.calibration import Calibration
from service.supervisor.accepting.calibration_requests import CalibrationRequests
from service.supervisor.config import StationConfig
from service.supervisor.known_sensor import part_number_of

clock: Callable[[], float] = boot_clock  # of every procedure


def _today() -> date:
    return datetime.now(UTC).date()


class Answerable:
    """All three, fed by the supervisor.

    Parameters
    ----------
    config
        Of the station.
    door
        Knows an admin's sessions.
    recorder
        Keeps what was decided.
    bench
        The supervisor.
    """

    def __init__(
        self, config: StationConfig, door: AdminDoor, recorder: Recorder, bench: Bench
    ) -> None:
        self._acceptance = Acceptance(AcceptanceStore(config.state), _today)
        self.drift = DriftWatch(config.state)
        self._calibration = Calibration(
            CalibrationStore(config.state),
            self._acceptance,
            recorder,
            bench,
            Around(config.name, config.hardware_register, self.drift.baseline),
            clock=clock,
            today=_today,
        )
        self._requests = CalibrationRequests(door, self._calibration, self._acceptance, self.drift)
        self._judge_drift()

    def answer(self, request: CalibrationRequest) -> Reply:
        """Answer an admin's request."""
        return self._requests.answer(request)

    def stands(self) -> tuple[ShownAcceptance, bool]:
        """Return how the station stands, and whether an alarm is tried just now."""
        return self._acceptance.shown(), self._calibration.trial

    def opened(self, sensor: SensorInfo, vetting: Vetting) -> None:
        """Note which sensor is open.

        Raises
        ------
        HardwareError
            When the enrolments cannot be read.
        """
        self._acceptance.opened(sensor, part_number_of(sensor, vetting))

    def admitted(self, sensor: SensorInfo, *, locked: bool) -> None:
        """Note that the open sensor may be used."""
        self._calibration.opened(sensor, locked=locked)

    def lost(self) -> None:
        """Note that no sensor is open."""
        self._calibration.lost()

    def configured(self, settings: StationSettings) -> None:
        """Note the settings in force."""
        self._acceptance.configured(settings)

    def hear(self, said: Status | Seen | Instruments | SpotSeen) -> None:
        """Take what the worker says."""
        match said:
            case Status():
                self._calibration.status(said)
            case Seen():
                self._calibration.seen(said)
            case Instruments():
                self._calibration.instruments(said)
                self.drift.instruments(said)
            case SpotSeen():
                self._calibration.spot(said)
                self.drift.spot(said)

    def turn(self) -> str:
        """Let trials and hours end; return why the drift watch cannot be kept, if so."""
        self._calibration.turn()
        try:
            if self.drift.tick():
                self._judge_drift()
        except OSError as error:
            return str(error)
        return ""

    def _judge_drift(self) -> None:
        in_force = self._acceptance.in_force
        if in_force is not None and in_force.accepted is not None:
            self._acceptance.drift, _ = self.drift.against(in_force.accepted.baseline)
