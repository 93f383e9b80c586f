"""Answers and random people for the tests of clinical reasoning. Whoever they are, they are made up."""

from __future__ import annotations

import random
from typing import Any

from coxa.care.questionnaire import Answer, Question, screening_questions

#: A well person's answers to every question that must be answered.
WELL: dict[str, Answer] = dict.fromkeys(screening_questions().dangers, False) | {
    "age": 45, "acute-injury": False, "heart-or-dizzy": False, "surgery-12-months": False, "falls-12-months": 0,
    "balance-trouble": False, "region": "outer", "side": "left", "pain-now": 2, "limps-or-limits": False, "nerve-signs": False,
    "floor": True, "kneel": True, "lie-on-left": True, "lie-on-right": True, "weight-on-leg": True,
        "pregnancy-pelvic-pain": False,
}  # fmt: skip


def well(**changes: Any) -> dict[str, Answer]:
    """A well person's answers with some changed; an underscore stands for a hyphen, None takes the answer away."""
    answers = dict(WELL) | {name.replace("_", "-"): value for name, value in changes.items()}
    return {id: value for id, value in answers.items() if value is not None}


def some_answer(question: Question, rng: random.Random) -> Answer:
    """A random answer to a question; danger signs are rare."""
    if question.type == "boolean":
        danger = question.linkId in screening_questions().dangers
        return rng.random() < (0.04 if danger else 0.35)
    if question.type == "integer":
        low, high = question.minValue or 0, question.maxValue or 100
        if question.linkId == "falls-12-months":
            return rng.choice((0, 0, 0, 1, 2, 5))
        return rng.randint(low, min(high, 100))
    codes = [option.code for option in question.answerOption]
    return tuple(rng.sample(codes, rng.randint(0, min(3, len(codes))))) if question.repeats else rng.choice(codes)


def somebody(seed: int, answered: float = 0.97) -> dict[str, Answer]:
    """Random answers; each question is answered with that chance."""
    rng = random.Random(seed)
    return {id: some_answer(question, rng) for id, question in screening_questions().questions.items() if rng.random() < answered}
