"""What is told of a day: `Today`, its exercises, and the tables of rules, as values that cross the API."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from coxa.care.pain import Ends, Mode
from coxa.care.reason import Reason

Side = Literal["left", "right", "both"]
Day = date  # `Today` has a field of that name


class Document(BaseModel):
    """Frozen, and an unknown key is an error that names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Voice(Document):
    """How the person wants to be spoken to."""

    on: bool = True
    rate: float = Field(default=1.0, ge=0.5, le=2.0, description="1 is the voice's own pace.")
    name: str | None = Field(default=None, description="The voice that was chosen, by the name that the browser gives it.")


class MistakeWords(Document):
    """One mistake and what to do instead."""

    id: str = Field(description="The fault by which the camera would name it; empty where no camera can.")
    words: str
    fix: str


class Named(Document):
    """An exercise by id and name."""

    id: str
    name: str


class Bout(Document):
    """One go at an exercise: a set, or a set of one leg."""

    set_number: int
    side: Side


class Pictures(Document):
    """Addresses of the exercise's pictures, with the side that works; the left one where both do, one after the other."""

    still: str
    loop: str
    camera: str
    figure: str


class TodayExercise(Document):
    """One exercise of today, as it is led through."""

    id: str
    name: str
    side: Side
    position: str
    position_words: str
    steps: tuple[str, ...]
    feel: str
    mistakes: tuple[MistakeWords, ...]
    cautions: tuple[str, ...]
    self_check: str | None = Field(description="Asked after a set in which the key mistake was judged in less than half.")
    support: bool = Field(description="Something firm to hold on to belongs within a hand's reach.")
    floor: bool
    equipment: tuple[str, ...]
    stretch: bool
    coached: bool = Field(description="Whether the camera follows it.")
    why_not_coached: str | None
    view: str | None
    camera_words: str | None
    count: Literal["repetitions", "hold", "time"]
    dose: str = Field(description="How much, in words.")
    sets: int
    repetitions: int | None = Field(description="To do in one bout, both ways or both legs counted where it goes in turns.")
    repetitions_most: int | None
    hold_s: float | None
    duration_s: float | None
    per_side: bool
    load_kg: float
    rest_s: int
    bouts: tuple[Bout, ...]
    up_s: float
    hold_at_top_s: float
    down_s: float
    easier: tuple[Named, ...]
    harder: tuple[Named, ...]
    done_bouts: int
    over: bool
    pictures: Pictures
    alt: str


class RuleVerdict(Document):
    """What a pain or a stop comes to."""

    ends: Ends
    words: tuple[str, ...]
    blocks: bool
    rescreen: bool
    letter: bool


class Rules(Document):
    """The rules of pain and stopping as tables of indices into `verdicts`, so that whoever shows them decides nothing."""

    verdicts: tuple[RuleVerdict, ...]
    before: tuple[int, ...] = Field(description="By the pain before the session, 0 to 10.")
    stopped: dict[str, int] = Field(description="By the reason of a stop.")
    during: dict[str, dict[str, tuple[tuple[int, ...], ...]]] = Field(
        description='By exercise, by kind of pain ("none" where none was said): rows by pain before, 0 to 10; columns by pain after, '
        "0 to 10, and the last where no number was said."
    )


class LeftOutToday(Document):
    """An exercise of the programme that today goes without, and why."""

    id: str
    name: str
    reasons: tuple[Reason, ...]


class Today(Document):
    """The session of one day.

    `session_key` is the session that was begun today and has not ended; `pain_said` the pain that counts in it as the one before, and
    `unasked` the exercise after which it has not been asked yet; `may_start` says whether one may be begun or gone on with,
    and `why_not` why not. `mode` is strict unless a clinician has set monitored pain. `advice` is what the diary says beside that,
    such as that a physiotherapist should have a look; `letter`, that one is ready to be taken along.
    """

    schema_: Literal["coxa.today/1"] = Field(default="coxa.today/1", alias="schema")
    date: Day
    version: int = Field(description="The version of the programme, by its number; 0 where there is none.")
    language: str
    session_key: str | None
    pain_said: int | None = Field(default=None, description="In a session that goes on: the pain against which the next one is held.")
    unasked: str | None = Field(default=None, description="In a session that goes on: begun, and the pain after it not asked yet.")
    may_start: bool
    why_not: tuple[Reason, ...]
    advice: tuple[Reason, ...] = ()
    rescreen: bool = False
    letter: bool = False
    planned: bool = Field(default=True, description="Whether there is something in the programme for this day.")
    next_on: Day | None = Field(default=None, description="The next day for which something is planned, from tomorrow on.")
    sessions_done: int = Field(default=0, description="Sessions that were ended today.")
    sessions_a_day: int = 1
    pain_days_running: int = Field(description="How many days right before today the pain before a session was too strong for one.")
    mode: Mode
    voice: Voice
    keep_landmarks: bool | None = Field(description="Whether landmarks are kept; null: not asked yet.")
    camera: bool
    before_floor: str | None
    too_hard: float = Field(description="After two repetitions, an effort above this is too much for a set.")
    exercises: tuple[TodayExercise, ...]
    left_out: tuple[LeftOutToday, ...] = ()
    rules: Rules

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)
