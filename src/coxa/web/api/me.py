"""The person: who they are, what they have set and agreed to, their sign-ins, and all that is kept of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from coxa import locales
from coxa.errors import BadInput
from coxa.exchange.calendar import read_times
from coxa.locales import gettext as _
from coxa.records import (
    AppointmentRepository,
    ConsentRepository,
    DiaryRepository,
    NotYours,
    PeopleRepository,
    SettingsRepository,
    SignInRepository,
)
from coxa.records.store import zone_of
from coxa.records.whole import erase, export
from coxa.web.api.problems import problems, signed_in_problems
from coxa.web.errors import MustSignIn
from coxa.web.flow import progress
from coxa.web.flow.today import KEEP_LANDMARKS
from coxa.web.helplines import helplines
from coxa.web.signin import check_password, device_label
from coxa.web.visitor import SignedIn, Visitor, begin_local, sign_in, sign_out

router = APIRouter(prefix="/api/v1", tags=["me"])
Key = Annotated[str, Field(min_length=1, max_length=100)]


class Me(BaseModel):
    """Who is signed in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "8c7d1f0e5b0a4c0c9f5a3d1b2e4f6a7b", "name": "Anna", "zone": "Europe/Berlin", "language": "de", "role": "patient",
                    "email": None, "local": True,
                }
            ]
        }
    )  # fmt: skip

    id: str
    name: str
    zone: str
    language: str
    role: Literal["patient", "clinician"]
    email: str | None
    local: bool = Field(description="Whether the person has no account: the one at this computer.")


class MeChange(BaseModel):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Anna", "language": "de"}]})

    name: Annotated[str, Field(max_length=200)] | None = None
    zone: Annotated[str, Field(max_length=64)] | None = None
    language: Annotated[str, Field(max_length=16)] | None = None


@router.get("/me", operation_id="me", summary="Who is signed in", responses=signed_in_problems())
def me(visitor: SignedIn) -> Me:
    """Who is signed in."""
    return _me(visitor)


@router.patch("/me", operation_id="change_me", summary="Change name, zone or language", responses=signed_in_problems(unsafe=True))
def change_me(visitor: SignedIn, change: MeChange) -> Me:
    """Change name, zone or language; what is in the diary keeps the zone in which it happened."""
    changes = change.model_dump(exclude_none=True)
    if "language" in changes:
        changes["language"] = locales.check(changes["language"])
    if "zone" in changes:
        zone_of(changes["zone"])
    person = PeopleRepository(visitor.store).change(visitor.asker, visitor.person.id, **changes) if changes else visitor.person
    return _me(visitor).model_copy(update={"name": person.name, "zone": person.zone, "language": person.language})


def _me(visitor: Visitor) -> Me:
    person = visitor.person
    return Me(
        id=person.id, name=person.name, zone=person.zone, language=person.language, role=person.role or "patient", email=person.email,
        local=visitor.local,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ settings


class Settings(BaseModel):
    """What a person has set; what was never set is left out."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"voice": True, "voice_rate": 0.8, "text_size": "xl"}]})

    voice: bool | None = None
    voice_rate: Annotated[float, Field(ge=0.5, le=2.0)] | None = None
    voice_name: Annotated[str, Field(max_length=200)] | None = None
    camera: bool | None = None
    theme: Literal["auto", "light", "dark"] | None = None
    text_size: Literal["m", "l", "xl"] | None = None
    contrast: Literal["auto", "more"] | None = None
    side: Literal["", "left", "right"] | None = None
    country: Annotated[str, Field(max_length=2)] | None = None
    reminders: bool | None = None
    reminder_times: Annotated[list[Annotated[str, Field(pattern=r"^\d\d:\d\d$")]], Field(max_length=6)] | None = None


@router.get(
    "/settings",
    operation_id="settings",
    summary="What the person has set",
    responses=signed_in_problems(),
    response_model_exclude_unset=True,
)
def settings(visitor: SignedIn) -> Settings:
    """Every setting that was made."""
    return _settings(visitor.preferences)


@router.patch(
    "/settings",
    operation_id="change_settings",
    summary="Change settings",
    responses=signed_in_problems(unsafe=True),
    response_model_exclude_unset=True,
)
def change_settings(visitor: SignedIn, change: Settings) -> Settings:
    """Change these settings, leave the others; null takes one back."""
    changes = change.model_dump(exclude_unset=True)
    if changes.get("country") and changes["country"] not in {line.country for line in helplines()}:
        raise BadInput(f"country: expected a code such as {helplines()[0].country}, got {changes['country']!r}")
    if changes.get("reminder_times"):
        changes["reminder_times"] = list(read_times(", ".join(changes["reminder_times"])))
    return _settings(SettingsRepository(visitor.store).change(visitor.asker, visitor.person.id, changes))


def _settings(kept: dict[str, Any]) -> Settings:
    # What an older or newer version has kept under a name must not spoil the rest.
    found: dict[str, Any] = {}
    for name in Settings.model_fields:
        if name in kept:
            try:
                Settings.model_validate({name: kept[name]})
            except ValueError:
                continue
            found[name] = kept[name]
    return Settings.model_validate(found)


# ------------------------------------------------------------------------------------------------ consents and appointments


class ConsentSaid(BaseModel):
    """A yes or a no."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"purpose": "landmarks", "given": True}]})

    purpose: Literal["landmarks"] = Field(description="landmarks: each set may be kept as landmarks, and replayed.")
    given: bool


class ConsentKept(BaseModel):
    """A yes or a no, in the words in which it was asked."""

    purpose: str
    given: bool
    words: str
    at: AwareDatetime


@router.get("/consents", operation_id="consents", summary="Every yes and no", responses=signed_in_problems())
def consents(visitor: SignedIn) -> list[ConsentKept]:
    """Every yes and no of the person, the latest first; the latest for a purpose counts."""
    rows = ConsentRepository(visitor.store).all(visitor.asker, visitor.person.id)
    return [ConsentKept(purpose=one.purpose, given=one.given, words=one.words, at=one.at) for one in rows]


@router.post("/consents", operation_id="say_consent", summary="Agree, or take it back", responses=signed_in_problems(unsafe=True))
def say_consent(visitor: SignedIn, said: ConsentSaid) -> list[ConsentKept]:
    """Agree, or take it back; with a no to landmarks those that were kept are erased."""
    from coxa.web.pages.settings import CONSENT

    ConsentRepository(visitor.store).say(visitor.asker, said.purpose, said.given, _(CONSENT))
    if said.purpose == KEEP_LANDMARKS and not said.given:
        DiaryRepository(visitor.store).forget_landmarks(visitor.asker, visitor.person.id)
    return consents(visitor)


class AppointmentAsked(BaseModel):
    """A request for an appointment."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"key": "a1", "address": "praxis@example.org", "reason": "pain in the hip", "wishes": "mornings"}]},
    )

    key: Key
    address: Annotated[str, Field(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
    reason: Annotated[str, Field(max_length=4000)] = ""
    wishes: Annotated[str, Field(max_length=4000)] = ""


class AppointmentKept(AppointmentAsked):
    """A request as it is kept."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": []})

    address: str
    at: AwareDatetime


@router.get("/appointments", operation_id="appointments", summary="Requests for an appointment", responses=signed_in_problems())
def appointments(visitor: SignedIn) -> list[AppointmentKept]:
    """Every request, the latest first."""
    rows = AppointmentRepository(visitor.store).all(visitor.asker, visitor.person.id)
    return [AppointmentKept(key=one.key, address=one.address, reason=one.reason, wishes=one.wishes, at=one.at) for one in rows]


@router.post(
    "/appointments",
    operation_id="ask_appointment",
    summary="Keep a request for an appointment",
    responses=signed_in_problems(unsafe=True),
)
def ask_appointment(visitor: SignedIn, asked: AppointmentAsked) -> AppointmentKept:
    """Keep a request; it is sent by the person's own mail program. The same key again changes nothing."""
    one = AppointmentRepository(visitor.store).ask(
        visitor.asker, address=asked.address, reason=asked.reason, wishes=asked.wishes, key=asked.key
    )
    return AppointmentKept(key=one.key, address=one.address, reason=one.reason, wishes=one.wishes, at=one.at)


# ------------------------------------------------------------------------------------------------ all that is kept


class Everything(BaseModel):
    """All that is kept of a person: rows by the name of their table."""

    model_config = ConfigDict(extra="allow")

    schema_: str = Field(alias="schema", examples=["coxa.person/1"])
    made_at: AwareDatetime
    person_id: str


@router.get("/export", operation_id="export", summary="All that is kept of the person", responses=signed_in_problems())
def export_all(visitor: SignedIn) -> Everything:
    """Everything, with times in UTC and recordings of landmarks as Base64 of their Parquet files."""
    return Everything.model_validate(export(visitor.store, visitor.asker, visitor.person.id))


class Erase(BaseModel):
    """The confirmation without which nothing is erased."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"confirm": "ERASE"}]})

    confirm: Literal["ERASE"]


@router.post(
    "/erase",
    operation_id="erase",
    status_code=204,
    summary="Erase the person and all that is kept",
    responses=signed_in_problems(unsafe=True),
)
def erase_all(request: Request, visitor: SignedIn, _said: Erase) -> Response:
    """Erase everything; it cannot be taken back."""
    erase(visitor.store, visitor.asker, visitor.person.id)
    progress.forget(visitor)
    response = Response(status_code=204)
    sign_out(request, response)
    return response


# ------------------------------------------------------------------------------------------------ signing in


class Credentials(BaseModel):
    """An address and a password; neither of them, at this computer, for the person without an account."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"email": "anna@example.org", "password": "three plain words"}, {}]}
    )

    email: Annotated[str, Field(max_length=254)] | None = None
    password: Annotated[str, Field(max_length=1000)] | None = None
    label: Annotated[str, Field(max_length=100, description="What the sign-in is called in the list.")] = ""


class Token(BaseModel):
    """What proves who asks: send it as `Authorization: Bearer TOKEN`. It is shown once."""

    token: str
    person_id: str


class SignInKept(BaseModel):
    """One sign-in; `id` names it and cannot be used to sign in."""

    id: str
    label: str
    here: bool = Field(description="Whether it is the one with which this is asked.")
    created_at: AwareDatetime
    seen_at: AwareDatetime
    expires_at: AwareDatetime


@router.post("/sign-ins", operation_id="sign_in", status_code=201, summary="Sign in", responses=problems(401, 422, 429, unsafe=True))
def sign_in_now(request: Request, response: Response, said: Credentials) -> Token:
    """Sign in with an account, or at this computer without one; attempts are counted."""
    if said.email is None and said.password is None:
        person = begin_local(request, Response())
    else:
        found = check_password(request, said.email or "", said.password or "")
        if found is None:
            raise MustSignIn
        person = found
    token = sign_in(request, response, person, label=said.label or device_label(request))
    return Token(token=token, person_id=person.id)


@router.get("/sign-ins", operation_id="sign_ins", summary="Where the person is signed in", responses=signed_in_problems())
def sign_ins(visitor: SignedIn) -> list[SignInKept]:
    """The sign-ins that hold, the latest first: browsers, phones and programs."""
    return [
        SignInKept(
            id=one.id,
            label=one.label,
            here=one.id == visitor.sign_in_id,
            created_at=one.created_at,
            seen_at=one.seen_at,
            expires_at=one.expires_at,
        )
        for one in SignInRepository(visitor.store).all(visitor.asker)
    ]


@router.delete(
    "/sign-ins/{id}", operation_id="end_sign_in", status_code=204, summary="End a sign-in", responses=signed_in_problems(404, unsafe=True)
)
def end_sign_in(visitor: SignedIn, id: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]) -> Response:
    """End one sign-in of the person, by its id in the list."""
    repository = SignInRepository(visitor.store)
    if id not in {one.id for one in repository.all(visitor.asker)}:
        raise NotYours("sign-in: expected one of yours, got none")
    repository.revoke(visitor.asker, id)
    return Response(status_code=204)
