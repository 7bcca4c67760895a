"""The routes of the admin: a session for the password, and with it settings, FFC, scenario."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Header, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from service.ipc import requests
from service.ipc.attestation import AttestationState
from service.ipc.replies import (
    AttestationRead,
    HistoryRead,
    LoggedIn,
    RecordsRead,
    Refused,
    SettingsRead,
    Why,
)
from service.ipc.requests import (
    MAX_PASSWORD_LENGTH,
    AskAttestation,
    AskFfc,
    AskNonUniformity,
    ChangePassword,
    ChangeSettings,
    ChooseScenario,
    Login,
    Logout,
    ReadAttestation,
    ReadHistory,
    ReadRecords,
    ReadSettings,
    Role,
    SaveWelcome,
)
from service.ipc.settings import StationSettings, ranges
from service.ipc.view import HourCounts, Recorded
from service.ipc.visitor_window import Welcome
from service.web.answers import Done, Empty, Problem, Refusal, granted, responses
from service.web.forecast import Forecast
from service.web.forecast import forecast as forecast_of
from service.web.hub import Hub
from service.web.trend import Point

COOKIE = "limen_session"
_SESSION = TypeAdapter(requests.Session)
_RANGES = ranges(StationSettings)


def _session(cookie: str) -> str:
    """Return a cookie that could be a session; none otherwise."""
    try:
        return _SESSION.validate_python(cookie)
    except ValidationError:
        return ""


Session = Annotated[str, Cookie(alias=COOKIE, max_length=100), AfterValidator(_session)]


def _inside(session: Session = "") -> str:
    """Return the session; without one nothing is asked of the supervisor, and no turn is used up.

    Raises
    ------
    Refusal
        When there is no cookie that could be one.
    """
    if not session:
        raise Refusal(401, Problem(error="Log in first."))
    return session


Inside = Annotated[str, Depends(_inside)]


IfMatch = Annotated[str, Header(pattern="^[0-9a-f]{16}$|^$")]
_Password = Annotated[str, Field(min_length=1, max_length=MAX_PASSWORD_LENGTH)]


class PasswordIn(BaseModel):
    """The password of a role."""

    model_config = ConfigDict(extra="forbid")
    password: _Password
    role: Role = Role.ADMIN


class NewPasswordIn(BaseModel):
    """A new password of a role, and the own one of whoever sets it."""

    model_config = ConfigDict(extra="forbid")
    role: Role
    current: _Password
    new: _Password


class ScenarioIn(BaseModel):
    """A scenario of the simulated sensor."""

    model_config = ConfigDict(extra="forbid")
    scenario: requests.ScenarioName


class Overview(BaseModel):
    """What an admin sees first. Without a session only whether a password is set is said.

    `settings` is null when the saved ones are damaged; `problem` then says so.
    `non_uniformity_learning`, `non_uniformity_problem` and `non_uniformity_holds` tell whether it
    is being learnt, why it was not the last time, and whether the saved one is that of the open
    sensor. `ranges` has the lowest and highest value of each number by its path, without places
    in lists. `version` names these settings, for `If-Match` when they are saved.
    """

    password_set: bool
    logged_in: bool
    settings: StationSettings | None = None
    problem: str = ""
    non_uniformity_learning: bool = False
    non_uniformity_problem: str = ""
    non_uniformity_holds: bool = False
    scenario: str = ""
    scenarios: tuple[str, ...] = ()
    role: Role | None = None
    defaults: StationSettings | None = None
    ranges: dict[str, tuple[float, float]] = {}
    auditor: bool = False
    version: str = ""


class History(BaseModel):
    """What people changed and what happened to the station, the latest first."""

    changes: tuple[Recorded, ...]
    troubles: tuple[Recorded, ...]


class Attack(BaseModel):
    """What stopped one attack in each process; empty where the process is not locked."""

    name: str
    worker: str = ""
    web: str = ""


class Lock(BaseModel):
    """How a process is locked."""

    process: str
    attacks: int
    denied: int
    landlock_abi: int
    filter_sha256: str
    memory_locked: bool


class Records(BaseModel):
    """How the processes are locked, and what visitors added up to; null stands for one to four."""

    locks: tuple[Lock, ...]
    attacks: tuple[Attack, ...]
    hours: tuple[HourCounts, ...]


def records_of(reply: RecordsRead) -> Records:
    """Return the records as the page shows them."""
    locks: list[Lock] = []
    attacks: dict[str, Attack] = {}
    for report in reply.locks:
        tried = (*report.files_alone, *report.attacks)
        locks.append(
            Lock(
                process=report.process,
                attacks=len(tried),
                denied=len(tried) - len(report.got_through),
                landlock_abi=report.landlock_abi,
                filter_sha256=report.filter_sha256,
                memory_locked=report.memory_locked,
            )
        )
        for result in report.attacks:
            attack = attacks.setdefault(result.name, Attack(name=result.name))
            setattr(attack, report.process, result.detail)
    return Records(locks=tuple(locks), attacks=tuple(attacks.values()), hours=reply.hours)


def admin_router(hub: Hub) -> APIRouter:
    """Return the routes under `/api/admin`."""
    router = APIRouter(prefix="/api/admin")
    for routes in (_door_routes, _reading_routes, _changing_routes):
        routes(router, hub)
    return router


def _door_routes(router: APIRouter, hub: Hub) -> None:
    """Add: the session: begun with a password, ended, and its password changed."""

    @router.post("/login", responses=responses(401, 429))
    async def login(attempt: PasswordIn, response: Response) -> Done:
        """Exchange the password of a role for a session cookie."""
        asked = await hub.ask(
            lambda request: Login(request, attempt.password, attempt.role), LoggedIn
        )
        # without an age: it lasts while it is used, and the supervisor ends it
        session = granted(asked).session
        response.set_cookie(COOKIE, session, httponly=True, samesite="strict")
        return Done()

    @router.post("/logout", responses=responses())
    async def logout(_body: Empty, response: Response, session: Session = "") -> Done:
        """End the session."""
        await hub.ask(lambda request: Logout(request, session))
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return Done()

    @router.put("/password", responses=responses(401, 403))
    async def change_password(wanted: NewPasswordIn, session: Inside) -> Done:
        """Set one's own password; the admin also the auditor's."""
        granted(
            await hub.ask(
                lambda request: ChangePassword(
                    request, session, wanted.role, wanted.current, wanted.new
                )
            )
        )
        return Done()


def _reading_routes(router: APIRouter, hub: Hub) -> None:
    """Add: what an admin and an auditor read."""

    @router.get("/overview", responses=responses())
    async def overview(session: Session = "") -> Overview:
        """Return what is set."""
        reply = await hub.ask(lambda request: ReadSettings(request, session), SettingsRead)
        if isinstance(reply, Refused):
            return Overview(password_set=reply.why is not Why.NO_PASSWORD, logged_in=False)
        return Overview(
            password_set=True,
            logged_in=True,
            settings=reply.settings,
            problem=reply.problem,
            non_uniformity_learning=reply.learning,
            non_uniformity_problem=reply.learning_problem,
            non_uniformity_holds=reply.holds,
            scenario=reply.scenario,
            scenarios=reply.scenarios,
            role=reply.role,
            defaults=reply.defaults,
            ranges=_RANGES,
            auditor=reply.auditor,
            version=reply.version,
        )

    @router.get("/records", responses=responses(401))
    async def records(session: Inside) -> Records:
        """Return how the processes are locked, attack by attack, and the counts per hour."""
        reply = await hub.ask(lambda request: ReadRecords(request, session), RecordsRead)
        return records_of(granted(reply))

    @router.get("/history", responses=responses(401))
    async def history(session: Inside) -> History:
        """Return the latest changes with their values, and the latest troubles."""
        reply = await hub.ask(lambda request: ReadHistory(request, session), HistoryRead)
        read = granted(reply)
        return History(changes=read.changes, troubles=read.troubles)

    @router.get("/attestation", responses=responses(401))
    async def attestation(session: Inside) -> AttestationState:
        """Return the last attestation of the station, and whether one is being made."""
        reply = await hub.ask(lambda request: ReadAttestation(request, session), AttestationRead)
        return granted(reply).state

    @router.post("/attestation", responses=responses(401, 409))
    async def attest(_body: Empty, session: Inside) -> Done:
        """Have the running station attested; it takes a minute, and the answer does not wait."""
        granted(await hub.ask(lambda request: AskAttestation(request, session)))
        return Done()

    @router.get("/trend", responses=responses(401))
    async def trend(session: Inside) -> tuple[Point, ...]:
        """Return what the reference and the sensor read over the last hours."""
        granted(await hub.ask(lambda request: ReadSettings(request, session), SettingsRead))
        return hub.trend.points()

    @router.post("/forecast", responses=responses())
    async def forecast(settings: StationSettings) -> Forecast:
        """Return what settings would do to visitors; nothing is changed."""
        return forecast_of(settings)


def _changing_routes(router: APIRouter, hub: Hub) -> None:
    """Add: what only an admin does."""

    @router.put("/settings", responses=responses(401, 403, 412))
    async def change_settings(
        settings: StationSettings, session: Inside, if_match: IfMatch = ""
    ) -> StationSettings:
        """Replace all settings, whole; with `If-Match`, only those that were read."""
        granted(await hub.ask(lambda request: ChangeSettings(request, session, settings, if_match)))
        return settings

    @router.put("/welcome", responses=responses(401, 403))
    async def save_welcome(welcome: Welcome, session: Inside) -> Done:
        """Replace the words with which the visitor's window welcomes."""
        granted(await hub.ask(lambda request: SaveWelcome(request, session, welcome)))
        return Done()

    @router.post("/ffc", responses=responses(401, 403))
    async def ask_ffc(_body: Empty, session: Inside) -> Done:
        """Ask the sensor for a flat-field correction now."""
        granted(await hub.ask(lambda request: AskFfc(request, session)))
        return Done()

    @router.post("/non-uniformity", responses=responses(401, 403))
    async def ask_non_uniformity(_body: Empty, session: Inside) -> Done:
        """Learn the non-uniformity from the plate before the lens; the overview tells how."""
        granted(await hub.ask(lambda request: AskNonUniformity(request, session)))
        return Done()

    @router.post("/scenario", responses=responses(401, 403, 404))
    async def choose_scenario(chosen: ScenarioIn, session: Inside) -> Done:
        """Restart the simulated sensor with a scenario."""
        granted(await hub.ask(lambda request: ChooseScenario(request, session, chosen.scenario)))
        return Done()
