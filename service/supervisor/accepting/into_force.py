"""The way into force: a record is closed, two people sign it, and one write puts it in force."""

from collections.abc import Callable
from datetime import date
from hashlib import sha256

from device.info import SensorInfo
from hardware.register.people import person
from service.acceptance import record as records
from service.acceptance.errors import AcceptanceError as NotAcceptable
from service.acceptance.record import Signer
from service.state.acceptance import AcceptanceError, Accepted, Facts, InForce
from service.state.audit_events import AcceptanceRecorded
from service.state.calibration import CalibrationStore, Draft
from service.state.recorder import Recorder
from service.supervisor.accepting import basis, signing
from service.supervisor.accepting.acceptance import Acceptance
from service.supervisor.accepting.bench import Around, Bench
from service.supervisor.accepting.closing import Circumstances, record_of


class IntoForce:
    """Closes records, and puts what is signed in force.

    Parameters
    ----------
    store
        Holds the records.
    acceptance
        What is in force.
    recorder
        Keeps what comes into force.
    bench, around
        The station.
    today
        The day, UTC.
    """

    def __init__(
        self,
        store: CalibrationStore,
        acceptance: Acceptance,
        recorder: Recorder,
        bench: Bench,
        around: Around,
        today: Callable[[], date],
    ) -> None:
        self._store = store
        self._acceptance = acceptance
        self._recorder = recorder
        self._bench = bench
        self._around = around
        self._today = today

    def closed(
        self,
        draft: Draft,
        sensor: SensorInfo | None,
        mm_per_px: float | None,
        places: tuple[int, int] | None,
    ) -> Draft:
        """Return a draft with its record closed and kept.

        Parameters
        ----------
        sensor
            That is open.
        mm_per_px
            Of a pixel at the face.
        places
            Who is to sign: two of the keys that may.

        Raises
        ------
        AcceptanceError
            When it cannot be closed; the sentence says why.
        """
        facts, settings = self._acceptance.facts, self._bench.settings()
        if sensor is None or facts is None or settings is None:
            raise _not_open()
        signers = self._signers(places)
        if mm_per_px is None:
            raise AcceptanceError(
                "The size of a pixel at the face is not known: wait until the reference is seen, "
                "and see the step of the place."
            )
        dossier, parts = self._bench.dossier(sensor)
        number = self._store.next_number()
        now = Circumstances(
            number=number,
            today=self._today(),
            name=self._around.name,
            sensor=sensor,
            serial_sha256=_digest(sensor),
            dossier_sha256=dossier,
            hbom_sha256=parts,
            code_sha256=facts.code,
            mm_per_px=mm_per_px,
            warm_up_s=self._bench.warm_for_s(),
            signers=signers,
        )
        try:
            made = record_of(draft.measured, draft.notes, draft.ticks, settings, now)
            data = records.to_bytes(made)
        except NotAcceptable as error:
            raise AcceptanceError(str(error)) from error
        name = f"record-{number}.json"
        self._store.keep(name, data)
        return draft.model_copy(update={"record": name, "closed": facts})

    def _signers(self, places: tuple[int, int] | None) -> tuple[Signer, ...]:
        keys = signing.keys(self._around.own, self._today())
        if places is None or places[0] == places[1] or max(places) >= len(keys):
            raise AcceptanceError(
                "Choose the two people who will sign. They need keys that the trust file lets "
                "sign an acceptance."
            )
        if len({person(keys[one].name) for one in places}) < signing.SIGNERS:
            raise AcceptanceError("Both keys are one person's: choose two people.")
        return tuple(Signer(keys[one].name, keys[one].id) for one in places)

    def put(self, draft: Draft, sensor: SensorInfo | None) -> None:
        """Put a signed record in force: the audit trail has it first, then one write.

        Raises
        ------
        AcceptanceError
            When it is not signed, or not of this station as it is now.
        AuditError
            When the trail does not take it: then it is not in force.
        """
        if not draft.record:
            raise AcceptanceError("There is no closed record.")
        data, signers, problem = signing.signatures(
            self._store, draft.record, self._around.own, self._today()
        )
        if problem:
            raise AcceptanceError(problem)
        try:
            made = records.from_bytes(data)
        except NotAcceptable as error:
            raise AcceptanceError(str(error)) from error
        facts = self._acceptance.facts
        if facts is None or sensor is None:
            raise _not_open()
        self._must_be_this_station(made, sensor, draft.closed, facts)
        if {signer.name for signer in made.signers} - set(signers):
            raise AcceptanceError("Others signed than those whom the record names.")
        accepted = Accepted(
            record_sha256=sha256(data).hexdigest(),
            facts=facts,
            made=self._today(),
            until=made.valid_until,
            reference_due=made.reference.due,
            baseline=self._around.baseline(),
        )
        event = AcceptanceRecorded(
            accepted.record_sha256, made.conformity.value, made.valid_until.isoformat()
        )
        self._recorder.write(event)
        before = self._acceptance.in_force or InForce()
        self._acceptance.save(before.model_copy(update={"accepted": accepted}))

    def _must_be_this_station(
        self, made: records.Record, sensor: SensorInfo, closed: Facts | None, facts: Facts
    ) -> None:
        """Raise when something changed between the measuring and the signing."""
        settings = self._bench.settings()
        reference = settings.references[0] if settings and settings.references else None
        same = (
            made.station.serial_sha256 == _digest(sensor),
            made.station.firmware == sensor.firmware,
            made.station.software_sha256 == self._acceptance.code,
            settings is not None and made.conditions.distance_m == settings.scene.distance_m,
            reference is not None and abs(reference.temp_c - made.reference.set_point_c) < 0.01,
            closed is not None and not basis.differs(closed, facts),
        )
        if not all(same):
            raise AcceptanceError(
                "The station is not the one of the record any more (sensor, firmware, lens, shape "
                "of the picture, program, place or reference): open the record again, and close "
                "it anew."
            )


def _digest(sensor: SensorInfo) -> str:
    return sha256(sensor.serial.encode()).hexdigest()


def _not_open() -> AcceptanceError:
    return AcceptanceError("No sensor is open: wait until the station sees.")
