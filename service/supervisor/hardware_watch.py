"""Looking at the hardware again and again: the admitted sensor each second, everything each minute.

The supervisor calls `turn` as often as it likes. Within a second of a replug, and within a minute
of an approval that ended, it gets the decision that stops the station.
"""

from device.info import SensorInfo
from hardware.errors import HardwareError
from hardware.host import usb
from hardware.host.network import PROC, HostNetwork, look
from hardware.vetting.decision import Admission, Decision, refusal
from hardware.vetting.station import Vetting
from screening.result import Reason
from service.supervisor.vetting import admit

AGAIN_S = 60.0  # an admitted sensor is looked at again at least so often
GLANCE_S = 1.0  # is it still the same device at the same port, plugged in once
NETWORK_S = 20.0  # well inside the minute for which "no network" may be said


class HardwareWatch:
    """Watches the admitted sensor, and the network of the computer.

    Parameters
    ----------
    vetting
        Where the register and the enrolments are.
    """

    def __init__(self, vetting: Vetting) -> None:
        self._vetting = vetting
        self._admission: Admission | None = None
        self._glanced_s = self._looked_s = 0.0
        self._network: HostNetwork | None = None
        self._judged: HostNetwork | None = None  # the look by which the computer was judged last

    def admit(self, info: SensorInfo, now_s: float) -> Decision:
        """Take note of what a worker has opened, and look at it for the first time.

        Parameters
        ----------
        info
            What the sensor said of itself.
        now_s
            Monotonic time in seconds, here and below.
        """
        try:
            self._admission = admit(self._vetting, info)
        except HardwareError as error:
            return refusal(info.dossier, str(error))
        return self._look(self._admission, now_s)

    def leave(self) -> None:
        """Take note that the worker is gone."""
        self._admission = self._judged = None

    def stop(self, now_s: float) -> tuple[Reason, Decision] | None:
        """Say why the worker must stop, if it must: its sensor, or this computer's network."""
        decision = self.turn(now_s)
        if decision is not None and not decision.passes:
            return Reason.SENSOR_REFUSED, decision
        if self._admission is None or self._admission.says.simulated:
            return None
        network = self.network(now_s)
        if network is self._judged:
            return None
        self._judged = network
        host = self._vetting.host(network, now_s)
        return None if host.passes else (Reason.NETWORK_FOUND, host)

    def turn(self, now_s: float) -> Decision | None:
        """Look, if it is time to.

        Returns
        -------
        Decision
            What was found; when it does not pass, the worker must be stopped and the screen must
            say why. None when there was nothing to look at, or it was not time.
        """
        admission = self._admission
        if admission is None:
            return None
        if now_s - self._looked_s >= AGAIN_S:
            return self._look(admission, now_s)
        if now_s - self._glanced_s >= GLANCE_S:
            self._glanced_s = now_s
            if not self._same(admission):
                return self._look(admission, now_s)
        return None

    def network(self, now_s: float) -> HostNetwork:
        """Return the last look at the network; looks when that is too long ago."""
        last = self._network
        if last is None or not 0.0 <= now_s - last.checked_s < NETWORK_S:
            last = self._network = look(now_s, proc_root=PROC, sys_root=self._vetting.sys_root)
        return last

    def _look(self, admission: Admission, now_s: float) -> Decision:
        self._looked_s = self._glanced_s = now_s
        return self._vetting.still(admission)

    def _same(self, admission: Admission) -> bool:
        then = admission.usb
        if then is None:
            return True
        try:
            now = usb.read(then.port, self._vetting.sys_root)
        except HardwareError:
            return False
        return now == then
