"""Operating curves through pixels, the real pose model and the whole engine, for every fault and view.

    python bench/curves.py FOLDER [FOLDER...] [--markdown] [--json FILE]

Reads the landmarks and truth that `bench/rendered_people.py`, `bench/own_people.py` and `bench/film_people.py` write.
Unit: the repetition (in stretches, ten seconds of hold). Found: faults at or above the red limit that were reported.
False: repetitions below half the amber limit that were reported. What lies between is not scored; of a range, those within
the dose that were called too big are listed beside it. A fault's evidence counts only clips that no fit saw; the interval is
by clip (bootstrap). Judged means 90 % found, 2 % false or better, the false rate's upper bound 5 % or less, from at least
150 clean and 60 faulty repetitions of 40 clips.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from coxa.body import Recording
from coxa.capture.simulated_exercises import PERFORMED
from coxa.exercises import catalogue
from coxa.exercises.coaching import FaultRule
from coxa.motion import SetResult, Watcher, step
from coxa.motion.verdict import settle, spoilt_by

Truth = dict[str, Any]
LEAST_CLEAN, LEAST_FAULTY, LEAST_CLIPS = 150, 60, 40
FOUND, FALSE, FALSE_UPPER = 0.90, 0.02, 0.05
HOLD_UNIT_S = 10.0


def of(*names: str) -> Callable[[Truth], float | None]:
    """A fault's true size under any of these names."""

    def size(rep: Truth) -> float | None:
        for name in names:
            if name in rep["faults"] and rep["faults"][name] is not None:
                return float(rep["faults"][name])
        return None

    return size


def range_deg(rep: Truth) -> float:
    return float(rep["change_from_start_deg"])


def haste(rep: Truth) -> float:
    """Speed of the way up, 1/s: the faster, the worse."""
    return 1.0 / max(float(rep["peak_start_s"]) - float(rep["start_s"]), 1e-6)


def less(first: Callable[[Truth], float | None], sign: float = 1.0, scale: float = 1.0) -> Callable[[Truth], float | None]:
    def size(rep: Truth) -> float | None:
        value = first(rep)
        return None if value is None else sign * scale * value

    return size


# exercise, fault -> true size; and limits where the rule's unit is not the truth's.
SIZES: dict[tuple[str, str], Callable[[Truth], float | None]] = {
    ("*", "rolls-back"): of("pelvis_roll_back_deg", "rolls-back"),
    ("*", "pelvis-hikes"): of("pelvis_hike_deg", "pelvis-hikes"),
    ("*", "pelvis-drops"): of("pelvis-drops"),
    ("*", "trunk-leans-to-stance"): of("trunk_lean_to_stance_deg", "trunk-leans-to-stance"),
    ("*", "trunk-leans-forward"): of("trunk_forward_lean_deg", "trunk-leans-forward"),
    ("*", "trunk-leans-back"): of("trunk_lean_back_deg", "trunk-leans-back"),
    ("*", "knee-bends"): of("knee_bend_deg", "knee-bends"),
    # The simulation gives the angle of an isosceles triangle of two shins; the rule measures its base.
    ("*", "feet-part"): lambda rep: (
        2.0 * float(np.sin(np.radians(rep["faults"]["feet-part"]) / 2.0)) if "feet-part" in rep["faults"] else None
    ),
    ("*", "sags"): of("sag_deg", "sags"),
    ("*", "uneven"): of("uneven"),
    ("*", "knees-in"): of("knees-in"),
    ("*", "knees-out"): of("knees-out"),
    ("*", "other-leg-moves"): of("other-leg-moves"),
    ("hip-flexor-stretch", "bounces"): less(of("bounces"), scale=0.5),
    ("*", "lift-too-big"): range_deg,
    ("*", "range-too-big"): lambda rep: float(rep["peak_angle_deg"]),
    ("bridge", "over-lift"): lambda rep: float(rep["peak_angle_deg"]),
    ("bridge", "lift-too-small"): lambda rep: 160.0 - float(rep["peak_angle_deg"]),
    ("*", "too-fast"): haste,
}
# True limits (amber, red) where the rule measures in another unit than the truth.
LIMITS: dict[tuple[str, str], tuple[float, float]] = {("squat", "knees-in"): (5.0, 8.0), ("squat", "knees-out"): (8.0, 12.0)}


def size_of(exercise: str, fault: str) -> Callable[[Truth], float | None] | None:
    """How big a mistake truly was; a person who follows the key poses has its truth in the unit of its limits."""
    if exercise not in PERFORMED:
        return haste if rule_of(exercise, fault).kind == "tempo" else of(fault)
    return SIZES.get((exercise, fault)) or SIZES.get(("*", fault))


def rule_of(exercise: str, fault: str) -> FaultRule:
    coaching = catalogue.load(exercise).coaching
    assert coaching is not None
    return next(r for r in coaching.faults if r.fault == fault)


def limits_of(exercise: str, fault: str) -> tuple[float, float]:
    """Amber and red in the truth's unit."""
    if (exercise, fault) in LIMITS:
        return LIMITS[exercise, fault]
    rule = rule_of(exercise, fault)
    assert rule.amber is not None
    assert rule.red is not None
    if rule.kind == "tempo":
        return 1.0 / rule.amber.value, 1.0 / rule.red.value
    return rule.amber.value, rule.red.value


@dataclass
class Clip:
    """One clip: what it shows, what coxa says."""

    name: str
    exercise: str
    body: str
    truth: Truth
    recording: Recording
    result: SetResult
    attempts: list[np.void]
    events: list[np.void]
    pairs: list[int | None] = field(default_factory=list)  # for each true repetition, the attempt that matches


def exercise_of(meta: Truth) -> str:
    """The catalogue's id: variants of a render carry a suffix."""
    return max((e for e in catalogue.ids() if meta["exercise"].startswith(e)), key=len)


def read_clip(path: Path) -> Clip:
    meta = json.loads(path.read_text())
    arrays = np.load(path.with_suffix(".npz"))
    image, world = arrays["I"].astype(np.float32), arrays["W"].astype(np.float32)
    fps = float(meta["fps"])
    recording = Recording(
        np.arange(len(image)) / fps,
        image[..., :3],
        world[..., :3],
        np.clip(np.nan_to_num(image[..., 3]), 0, 1),
        meta["width"],
        meta["height"],
        fps,
    )
    exercise = exercise_of(meta)
    watcher = Watcher(exercise, recording.width, recording.height, judge_untested=True)
    watcher.watch(recording)
    result = watcher.result()
    attempts = [e for e in watcher._kept if e["code"] == step.REPETITION]
    clip = Clip(path.stem, exercise, meta.get("body", "renderer"), meta, recording, result, attempts, watcher._kept)
    taken: set[int] = set()
    for rep in meta["reps"]:
        overlap = [
            (min(a.end_s, rep["end_s"]) - max(a.start_s, rep["start_s"]), k) for k, a in enumerate(result.repetitions) if k not in taken
        ]
        best = max(overlap, default=(0.0, -1))
        matched = best[1] if best[0] > 0.3 * (rep["end_s"] - rep["start_s"]) else None
        clip.pairs.append(matched)
        if matched is not None:
            taken.add(matched)
    return clip


@dataclass
class Tally:
    """One fault from one view: every scored repetition as (clip, body, faulty, reported, range, tempo)."""

    rows: list[tuple[str, str, bool, bool, float, float]] = field(default_factory=list)
    abstained: int = 0
    in_dose: list[bool] = field(default_factory=list)  # of ranges within the dose, whether they were called too big

    def rate(self, faulty: bool, rows: list[Any] | None = None) -> tuple[int, int]:
        chosen = [r for r in (self.rows if rows is None else rows) if r[2] == faulty]
        return sum(r[3] for r in chosen), len(chosen)

    def upper(self) -> float:
        """Upper end of the 95 % interval of the false rate, clips drawn anew; never below the rule of three."""
        clean = defaultdict(list)
        for r in self.rows:
            if not r[2]:
                clean[r[0]].append(r[3])
        n = sum(map(len, clean.values()))
        if not n:
            return 1.0
        rng = np.random.default_rng(0)
        counts = np.array([(sum(v), len(v)) for v in clean.values()])
        drawn = counts[rng.integers(len(counts), size=(4000, len(counts)))].sum(1)
        return float(max(np.quantile(drawn[:, 0] / drawn[:, 1], 0.975), 3.0 / n))

    @property
    def clips(self) -> int:
        return len({r[0] for r in self.rows})

    @property
    def bodies(self) -> tuple[str, ...]:
        return tuple(sorted({r[1] for r in self.rows}))

    def verdict(self) -> str:
        found, faulty = self.rate(True)
        false, clean = self.rate(False)
        if faulty < LEAST_FAULTY or clean < LEAST_CLEAN or self.clips < LEAST_CLIPS:
            return "too few"
        good = found >= FOUND * faulty and false <= FALSE * clean and self.upper() <= FALSE_UPPER
        return "judged" if good else "cannot judge"


def abstains(clip: Clip, rule: FaultRule, pair: int | None) -> bool:
    """Whether a fitted model says, from the repetition's start alone, that it may not speak here."""
    if rule.kind != "fitted" or pair is None:
        return False
    exercise, attempt = catalogue.load(clip.exercise), clip.attempts[pair]
    beside = [e for e in clip.events if e["repetition"] == pair]
    return not settle(exercise, rule, attempt, clip.result.view)[3] or spoilt_by(exercise, rule, attempt, clip.result.view, beside)


def clean_limit(rule: FaultRule, amber: float) -> float:
    """Below which size a repetition is clean: half the amber limit; of an absolute angle, whose half says nothing, ten degrees less."""
    is_angle = rule.amber is not None and rule.amber.unit == "deg"
    return amber - 10.0 if is_angle and (rule.kind == "short" or (rule.kind == "peak" and rule.absolute)) else 0.5 * amber


def in_dose(exercise: str, rule: FaultRule, rep: Truth) -> bool:
    """Whether a range is one that the dose asks for, however near the limit of too much it comes."""
    coaching = catalogue.load(exercise).coaching
    assert coaching is not None
    went = float(rep["peak_angle_deg"]) if rule.absolute else range_deg(rep)
    return rule.kind == "peak" and went <= coaching.repetition.target.high


def tally(clips: list[Clip]) -> dict[tuple[str, str, str], Tally]:
    """Every exercise, fault and view, as coxa reads the view."""
    table: dict[tuple[str, str, str], Tally] = defaultdict(Tally)
    for clip in clips:
        coaching = catalogue.load(clip.exercise).coaching
        assert coaching is not None
        for rule in coaching.faults:
            true_size = size_of(clip.exercise, rule.fault)
            if rule.kind == "never" or true_size is None or clip.result.view not in rule.views:
                continue
            amber, red = limits_of(clip.exercise, rule.fault)
            entry = table[clip.exercise, rule.fault, clip.result.view]
            for rep, pair in zip(clip.truth["reps"], clip.pairs, strict=True):
                size = true_size(rep)
                if size is None:
                    continue
                reported = pair is not None and rule.fault in clip.result.repetitions[pair].faults
                if in_dose(clip.exercise, rule, rep):
                    entry.in_dose.append(reported)
                clean_below = clean_limit(rule, amber)
                faulty = size >= red
                if not faulty and size >= clean_below:
                    continue
                if abstains(clip, rule, pair):
                    entry.abstained += 1
                    continue
                held = rep["peak_end_s"] - rep["peak_start_s"]
                units = max(1, round(held / HOLD_UNIT_S)) if clip.exercise == "hip-flexor-stretch" else 1
                entry.rows.extend([(clip.name, clip.body, faulty, reported, range_deg(rep), rep["peak_start_s"] - rep["start_s"])] * units)
    return table


def strata(entry: Tally, column: int) -> str:
    """Found and false in thirds of the range (4) or the tempo (5)."""
    values = np.array([r[column] for r in entry.rows])
    if len(values) < 9:
        return "–"
    cuts = np.quantile(values, [0, 1 / 3, 2 / 3, 1])
    parts = []
    for low, high in pairwise(cuts):
        rows = [r for r in entry.rows if low <= r[column] <= high]
        found, faulty = entry.rate(True, rows)
        false, clean = entry.rate(False, rows)
        parts.append(f"{found}/{faulty} {false}/{clean}")
    return "; ".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--only", default="")
    parser.add_argument("--body", default="", help="own or renderer")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--misses", action="store_true", help="name the clips whose repetitions were miscounted")
    arguments = parser.parse_args()
    paths = sorted(p for f in arguments.folders for p in f.glob("*.json"))
    clips = [read_clip(p) for p in paths if p.stem.startswith(arguments.only) and p.with_suffix(".npz").exists()]
    clips = [c for c in clips if not arguments.body or c.body == arguments.body]
    print("| exercise | body | clips | not judged | repetitions | clips exact | attempts seen / true |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for exercise, body in sorted({(c.exercise, c.body) for c in clips}):
        mine = [c for c in clips if (c.exercise, c.body) == (exercise, body)]
        exact = sum(len(c.result.repetitions) == len(c.truth["reps"]) for c in mine)
        seen = sum(p is not None for c in mine for p in c.pairs)
        true = sum(len(c.truth["reps"]) for c in mine)
        unjudged = sum(c.result.status != "judged" for c in mine)
        print(
            f"| {exercise} | {body} | {len(mine)} | {unjudged} | {true} | {exact}/{len(mine)} ({exact / len(mine):.0%}) | {seen}/{true} |"
        )
        if arguments.misses:
            for c in mine:
                if len(c.result.repetitions) != len(c.truth["reps"]):
                    print(
                        "   ",
                        c.name,
                        c.result.status,
                        c.result.view,
                        c.result.posture,
                        len(c.result.repetitions),
                        "of",
                        len(c.truth["reps"]),
                    )
    print(
        "\n| exercise | fault | view | found | false | false within the dose | abstained | upper | clips | bodies | by range (thirds) | by tempo (thirds) | verdict |"
    )
    print("|---|---|---|--:|--:|--:|--:|--:|--:|---|---|---|---|")
    table = tally(clips)
    kept = {}
    for (exercise, fault, view), entry in sorted(table.items()):
        found, faulty = entry.rate(True)
        false, clean = entry.rate(False)
        if not entry.rows:
            continue
        share = f"{found}/{faulty}" + (f" ({found / faulty:.0%})" if faulty else "")
        wrong = f"{false}/{clean}" + (f" ({false / clean:.1%})" if clean else "")
        dose = f"{sum(entry.in_dose)}/{len(entry.in_dose)}" if entry.in_dose else "–"
        print(
            f"| {exercise} | {fault} | {view} | {share} | {wrong} | {dose} | {entry.abstained} | {entry.upper():.1%} | {entry.clips} | {', '.join(entry.bodies)} "
            f"| {strata(entry, 4)} | {strata(entry, 5)} | {entry.verdict()} |"
        )
        kept[f"{exercise}/{fault}/{view}"] = {
            "found": found, "faulty": faulty, "false": false, "clean": clean, "clips": entry.clips, "false_upper": round(entry.upper(), 4),
            "bodies": list(entry.bodies), "verdict": entry.verdict(),
        }  # fmt: skip
    # How fast a movement is comes from the same tracker in every exercise: one row a view, over all of them.
    for view in sorted({v for _, f, v in table if f == "too-fast"}):
        pooled = Tally([r for (_, f, v), entry in table.items() if f == "too-fast" and v == view for r in entry.rows])
        found, faulty = pooled.rate(True)
        false, clean = pooled.rate(False)
        print(f"| all | too-fast | {view} | {found}/{faulty} | {false}/{clean} | – | 0 | {pooled.upper():.1%} | {pooled.clips} "
              f"| {', '.join(pooled.bodies)} | {strata(pooled, 4)} | {strata(pooled, 5)} | {pooled.verdict()} |")  # fmt: skip
        kept[f"all/too-fast/{view}"] = {
            "found": found, "faulty": faulty, "false": false, "clean": clean, "clips": pooled.clips, "false_upper": round(pooled.upper(), 4),
            "bodies": list(pooled.bodies), "verdict": pooled.verdict(),
        }  # fmt: skip
    if arguments.json:
        arguments.json.write_text(json.dumps(kept, indent=1))


if __name__ == "__main__":
    main()
