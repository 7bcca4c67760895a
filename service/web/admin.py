"""The routes of the admin: a session for the password, and with it settings, FFC, scenario."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from service.ipc import messages
from service.ipc.messages import (
    MAX_PASSWORD_LENGTH,
    SESSION_S,
    AskFfc,
    AskNonUniformity,
    ChangeSettings,
    ChooseScenario,
    HourCounts,
    LoggedIn,
    Login,
    Logout,
    ReadRecords,
    ReadSettings,
    RecordsRead,
    Refused,
    SettingsRead,
    Why,
)
from service.ipc.settings import StationSettings
from service.web.answers import Done, Empty, granted, responses
from service.web.hub import Hub

COOKIE = "limen_session"
_SESSION = TypeAdapter(messages.Session)


def _session(cookie: str) -> str:
    """Return a cookie that could be a session; none otherwise."""
    try:
        return _SESSION.validate_python(cookie)
    except ValidationError:
        return ""


Session = Annotated[str, Cookie(alias=COOKIE, max_length=100), AfterValidator(_session)]


class PasswordIn(BaseModel):
    """The admin's password."""

    model_config = ConfigDict(extra="forbid")
    password: Annotated[str, Field(min_length=1, max_length=MAX_PASSWORD_LENGTH)]


class ScenarioIn(BaseModel):
    """A scenario of the simulated sensor."""

    model_config = ConfigDict(extra="forbid")
    scenario: messages.ScenarioName


class Overview(BaseModel):
    """What an admin sees first. Without a session only whether a password is set is said.

    `settings` is null when the saved ones are damaged; `problem` then says so.
    `non_uniformity_learning`, `non_uniformity_problem` and `non_uniformity_holds` tell whether it
    is being learnt, why it was not the last time, and whether the saved one is that of the open
    sensor.
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
        )

    @router.get("/records", responses=responses(401))
    async def records(session: Session = "") -> Records:
        """Return how the processes are locked, attack by attack, and the counts per hour."""
        reply = await hub.ask(lambda request: ReadRecords(request, session), RecordsRead)
        return records_of(granted(reply))

    @router.post("/login", responses=responses(401, 429))
    async def login(attempt: PasswordIn, response: Response) -> Done:
        """Exchange the password for a session cookie."""
        asked = await hub.ask(lambda request: Login(request, attempt.password), LoggedIn)
        response.set_cookie(
            COOKIE, granted(asked).session, max_age=int(SESSION_S), httponly=True, samesite="strict"
        )
        return Done()

    @router.post("/logout", responses=responses())
    async def logout(_body: Empty, response: Response, session: Session = "") -> Done:
        """End the session."""
        await hub.ask(lambda request: Logout(request, session))
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return Done()

    @router.put("/settings", responses=responses(401))
    async def change_settings(settings: StationSettings, session: Session = "") -> StationSettings:
        """Replace all settings, whole."""
        granted(await hub.ask(lambda request: ChangeSettings(request, session, settings)))
        return settings

    @router.post("/ffc", responses=responses(401))
    async def ask_ffc(_body: Empty, session: Session = "") -> Done:
        """Ask the sensor for a flat-field correction now."""
        granted(await hub.ask(lambda request: AskFfc(request, session)))
        return Done()

    @router.post("/non-uniformity", responses=responses(401))
    async def ask_non_uniformity(_body: Empty, session: Session = "") -> Done:
        """Learn the non-uniformity from the plate before the lens; the overview tells how."""
        granted(await hub.ask(lambda request: AskNonUniformity(request, session)))
        return Done()

    @router.post("/scenario", responses=responses(401, 404))
    async def choose_scenario(chosen: ScenarioIn, session: Session = "") -> Done:
        """Restart the simulated sensor with a scenario."""
        granted(await hub.ask(lambda request: ChooseScenario(request, session, chosen.scenario)))
        return Done()

    return router
