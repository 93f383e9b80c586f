"""Answers and random people for the tests of clinical reasoning. Whoever they are, they are made up."""

from __future__ import annotations

import random

from coxa.care.questionnaire import Answer, Question, screening_questions
from well import answers

#: A well person's answers to every question that must be answered.
WELL: dict[str, Answer] = answers()
well = answers


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
