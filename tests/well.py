"""A well person's answers to the screening, for every test that needs somebody who may start."""

from __future__ import annotations

from typing import Any

from coxa.care.questionnaire import screening_questions


def answers(**changes: Any) -> dict[str, Any]:
    """A well person's answers with some changed; an underscore stands for a hyphen, None takes the answer away."""
    said: dict[str, Any] = dict.fromkeys(screening_questions().dangers, False) | {
        "age": 45, "acute-injury": False, "heart-or-dizzy": False, "surgery-12-months": False, "falls-12-months": 0,
        "balance-trouble": False, "region": "outer", "side": "left", "pain-now": 2, "limps-or-limits": False, "nerve-signs": False,
        "floor": True, "kneel": True, "lie-on-left": True, "lie-on-right": True, "weight-on-leg": True,
        "pregnancy-pelvic-pain": False,
    }  # fmt: skip
    said |= {name.replace("_", "-"): value for name, value in changes.items()}
    return {id: value for id, value in said.items() if value is not None}
