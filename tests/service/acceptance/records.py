"""A whole record, as a station would close it."""

from datetime import date

from screening.settings import Reference, Settings, Uniformity
from service.acceptance import validity
from service.acceptance.budget import combine
from service.acceptance.chapters import judge
from service.acceptance.record import Conditions, Record, ReferencePaper, Signer, Station
from service.acceptance.rule import worst
from service.acceptance.station_budget import Found, sources
from tests.service.acceptance import villains

MADE, DUE = date(2026, 11, 28), date(2027, 3, 5)


def record(station: villains.Station | None = None, *, simulated: bool = False) -> Record:
    """Return the record of a station that measures so."""
    measured = (station or villains.Station()).measured()
    chapters = judge(measured)
    settings = Settings(
        references=(Reference(temp_c=36.0),), uniformity=Uniformity(residual_c=0.04)
    )
    until, because = validity.until(MADE, DUE)
    return Record(
        number=3,
        made=MADE,
        station=Station(
            name="Entrée nord",
            place="Hall, 1000 Bruxelles",
            dossier="boson-plus-640",
            dossier_sha256="a" * 64,
            hbom_sha256="b" * 64,
            serial_sha256="c" * 64,
            model="Boson+ 640",
            firmware="4.0.27815",
            software="0.1.0",
            software_sha256="d" * 64,
            simulated=simulated,
        ),
        reference=ReferencePaper(
            laboratory="Example Metrology",
            number="LAB-2026-0815",
            model="BB-60",
            serial="SN 4711",
            set_point_c=36.03,
            expanded_c=0.15,
            k=2.0,
            emissivity=0.97,
            issued=date(2026, 3, 5),
            due=DUE,
            dcc_sha256="e" * 64,
        ),
        conditions=Conditions(
            22.4, 0.41, 22.0, 1.0, 1.02, draught=False, sunlight=False, warm_up_s=2700.0
        ),
        measured=measured,
        chapters=chapters,
        budget=combine(sources(settings, Found(1.02, operators_c=0.03, drift_c=0.03), 37.5)),
        conformity=worst(one.conformity for one in chapters),
        threshold_c=37.5,
        signers=(Signer("Anna Peeters", "1" * 64), Signer("Bert Maes", "2" * 64)),
        valid_until=until,
        valid_because=because,
    )
