"""Simulated courses, small; the full thousand run with `python bench/courses.py`."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from program import load


def bench() -> Any:
    return load("bench/courses.py")


@cache
def lived(kind: str) -> tuple[Any, ...]:
    """A few patients of a kind: twelve weeks, or four of those who get worse and the slow."""
    days = 28 if kind in ("worsening", "slow") else 84
    return tuple(bench().live(bench().patient(kind, seed), days) for seed in range(100, 112 if kind == "worsening" else 106))


def test_nobody_who_gets_worse_is_progressed() -> None:
    assert [one.harder for one in lived("worsening")] == [0] * len(lived("worsening"))


def test_everybody_who_gets_worse_is_referred_by_day_15() -> None:
    assert all(one.referred_on is not None and one.referred_on <= 15 for one in lived("worsening"))


def test_a_flare_up_is_eased_within_a_session() -> None:
    met = [one for one in lived("flare-up") if one.flare_on is not None]
    assert met
    assert all(one.flare_answered for one in met)


def test_those_who_respond_reach_standing_work() -> None:
    assert all(one.standing_on is not None for one in lived("responder"))
    assert all(one.harder > 0 for one in lived("responder"))


def test_those_who_ease_too_slowly_are_referred_by_the_two_week_rule() -> None:
    assert any(one.referred_by == "B5" and one.referred_on == 15 for one in lived("slow"))


@pytest.mark.parametrize("kind", ["responder", "flare-up", "worsening"])
def test_no_promise_is_broken(kind: str) -> None:
    assert bench().broken(list(lived(kind))) == []


def test_the_table_has_a_row_for_every_kind() -> None:
    text = bench().table([one for kind in bench().KINDS for one in lived(kind)])
    assert all(f"| {kind} |" in text for kind in bench().KINDS)
