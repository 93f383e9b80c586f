"""A made-up person for the tests of the care commands: answers, profile and diary as JSON writes them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from well import answers

STARTS = date(2026, 10, 12)


def profile(**changes: Any) -> dict[str, Any]:
    """A profile with answers in place of the screening."""
    person = {"answers": answers(), "minutes_a_day": 20, "goal": "stairs", "starts_on": STARTS.isoformat()} | changes
    return {name: value for name, value in person.items() if value is not None}


def diary(pains: list[int], programme: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A history of one session a day with this pain before it, all exercises done as planned."""
    done = [{"exercise": row["exercise"], "sets": row["dose"]["sets"], "after": "same", "effort": 4} for row in programme["exercises"]]
    days = [STARTS + timedelta(days=n) for n in range(len(pains))]
    sessions = [{"at": f"{day}T09:00:00+02:00", "pain_before": pain, "exercises": done} for day, pain in zip(days, pains, strict=True)]
    mornings = [{"on": str(day + timedelta(days=1)), "pain": pain} for day, pain in zip(days[:-1], pains, strict=False)]
    found = {"profile": profile(), "programme": programme, "today": str(days[-1]), "sessions": sessions, "mornings": mornings}
    return found | changes


def written(folder: Path, document: object, name: str = "document.json") -> Path:
    """The document as a file."""
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path
