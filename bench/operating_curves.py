"""Operating curves of the fitted faults: how many faulty repetitions are found, how many clean ones accused, per view.

    python bench/operating_curves.py FOLDER... [--json FILE] [--quick]

A repetition is faulty when its true fault reaches the red limit, clean below half the amber limit, and not scored between.
Every estimate, every decision limit and every view gate comes from a fit that saw nothing of the group that is scored:
the clip at least, and by turns the sex of the body, the body itself, the camera's height, its direction, and the tempo.
Intervals are 95 %, by clip: a bootstrap over clips, and for the upper bound of the false rate also Clopper and Pearson's
with the number of repetitions divided by the design effect, whichever is worse (with no false alarm at all, a bootstrap
would say zero).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, rankdata

import fit_evidence as fits
from fit_evidence import MARGIN_DEG, RECIPES, Floats, Recipe, Repetition

FOUND_LEAST, FALSE_MOST, FALSE_UPPER_MOST = 0.90, 0.02, 0.05
MUST_HOLD = ("body", "camera height", "tempo")  # left out as whole groups; the verdict needs each of them
TRAIN_CLIPS_LEAST = 15
CLEAN_LEAST, FAULTY_LEAST, CLIPS_LEAST = 150, 60, 40


@dataclass
class Scored:
    """One repetition as an unseen person's: estimate, the limit that its fold chose, and whether the view was accepted."""

    rep: Repetition
    truth: float
    estimate: float
    limit: float
    accepted: bool


def gate(values: Floats, view: dict[str, fits.Fit], recipe: Recipe) -> NDArray[np.bool_]:
    """Whether the start of each repetition looks like a view in which the fault is fitted."""
    azimuth, (low, high) = recipe.judged
    across, over = view["azimuth"].value(values), view["elevation"].value(values)
    return (np.abs(across) <= azimuth + MARGIN_DEG) & (over >= low - MARGIN_DEG) & (over <= high + MARGIN_DEG)


def score(recipe: Recipe, reps: list[Repetition], groups: Sequence[object], offset: float = 0.0, most: int = 12) -> list[Scored]:
    """Every repetition judged by a fit and a limit that saw nothing of its group."""
    target = fits.target_of(recipe, reps)
    suits = np.array([fits.suits(recipe, r) for r in reps])
    scored: list[Scored] = []
    for mask in fits.folds(groups, most):
        seen = [i for i in np.flatnonzero(~mask) if suits[i]]
        train, aim = [reps[i] for i in seen], target[seen]
        if len({r.clip for r in train}) < TRAIN_CLIPS_LEAST or (aim >= recipe.red).sum() < 8 or (aim < recipe.amber / 2).sum() < 8:
            continue  # what so few clips teach says more of their number than of the group left out
        inner = fits.left_out(recipe, train, aim, [r.clip for r in train], 8)
        near = fits.tellable(recipe, train)
        limit = fits.choose_limit(inner[near], aim[near], recipe.amber, recipe.red)
        wide = [reps[i] for i in np.flatnonzero(~mask)]
        model = fits.fit_reps(recipe, train, aim, wide)
        test = [(i, reps[i].values[offset]) for i in np.flatnonzero(mask) if offset in reps[i].values]
        if not test:
            continue
        values = np.array([v for _, v in test])
        accepted = gate(values, fits.fit_view(wide), recipe)
        estimate = model.value(values)
        scored += [
            Scored(reps[i], float(target[i]), float(e), limit, bool(a)) for (i, _), e, a in zip(test, estimate, accepted, strict=True)
        ]
    return scored


def area_under_curve(faulty: Floats, clean: Floats) -> float:
    """Chance that a faulty repetition's estimate exceeds a clean one's."""
    ranks = rankdata(np.concatenate((faulty, clean)))
    return float((ranks[: len(faulty)].sum() - len(faulty) * (len(faulty) + 1) / 2) / (len(faulty) * len(clean)))


def design_effect(clips: Sequence[str], residual: Floats) -> float:
    """By how much repetitions of one clip, being alike, count for less than as many of different clips (at least 1)."""
    names = sorted(set(clips))
    groups = [residual[[c == n for c in clips]] for n in names]
    sizes = np.array([len(g) for g in groups])
    if len(names) < 2 or len(residual) <= len(names):
        return 1.0
    within = sum(float(((g - g.mean()) ** 2).sum()) for g in groups) / (len(residual) - len(names))
    between = sum(len(g) * float((g.mean() - residual.mean()) ** 2) for g in groups) / (len(names) - 1)
    mean_size = (len(residual) - (sizes**2).sum() / len(residual)) / (len(names) - 1)
    alike = max(0.0, (between - within) / max(between + (mean_size - 1) * within, 1e-12))
    return float(1.0 + (float((sizes**2).sum()) / len(residual) - 1.0) * alike)


def interval(hits: NDArray[np.bool_], clips: Sequence[str], nearest_tenth: Floats, seed: int = 0) -> tuple[float, float]:
    """95 % interval of a share, by clip: the wider of a bootstrap over clips and Clopper-Pearson on the effective number.

    How alike repetitions of a clip are is read from `nearest_tenth`, 1 for the tenth of the repetitions that came nearest
    to the wrong side of the limit: where nothing is wrong, the wrong ones themselves cannot tell.
    """
    n, k = len(hits), int(hits.sum())
    names = sorted(set(clips))
    totals = np.array(
        [[sum(1 for c in clips if c == name), sum(bool(h) for h, c in zip(hits, clips, strict=True) if c == name)] for name in names]
    )
    rng = np.random.default_rng(seed)
    drawn = totals[rng.integers(0, len(names), (2000, len(names)))].sum(1)
    low, high = np.percentile(drawn[:, 1] / drawn[:, 0], [2.5, 97.5])
    alike = design_effect(clips, nearest_tenth)
    m, j = n / alike, k / alike
    exact_low = float(beta.ppf(0.025, j, m - j + 1)) if k else 0.0
    exact_high = float(beta.ppf(0.975, j + 1, m - j)) if k < n else 1.0
    return min(float(low), exact_low), max(float(high), exact_high)


def summary(recipe: Recipe, scored: Sequence[Scored], stratum: str, left_out: str) -> dict | None:
    """One row of the table, over repetitions whose view was accepted; None when there is nothing to score."""
    judged = [s for s in scored if s.accepted and (s.truth >= recipe.red or s.truth < recipe.amber / 2)]
    faulty = [s for s in judged if s.truth >= recipe.red]
    clean = [s for s in judged if s.truth < recipe.amber / 2]
    if len(faulty) < 5 or len(clean) < 5:
        return None

    def share(of: list[Scored], wrong: int) -> tuple[int, float, float, float]:
        hits = np.array([s.estimate >= s.limit for s in of])
        towards = wrong * np.array([s.estimate - s.limit for s in of])
        low, high = interval(hits, [s.rep.clip for s in of], (towards >= np.percentile(towards, 90)).astype(float))
        return int(hits.sum()), float(hits.mean()), low, high

    found, found_share, found_low, found_high = share(faulty, -1)
    false, false_share, false_low, false_high = share(clean, 1)
    clips = len({s.rep.clip for s in judged})
    enough = len(clean) >= CLEAN_LEAST and len(faulty) >= FAULTY_LEAST and clips >= CLIPS_LEAST
    separates = found_share >= FOUND_LEAST and false_share <= FALSE_MOST and false_high <= FALSE_UPPER_MOST
    if found_share < FOUND_LEAST or false_share > FALSE_MOST or (enough and not separates):
        verdict = "cannot judge"
    else:
        verdict = "judged" if enough else "separates, too few"
    every = [s for s in scored if s.accepted]
    ranges = np.array([s.rep.range_deg for s in every])
    truths, estimates = np.array([s.truth for s in every]), np.array([s.estimate for s in every])
    return {
        "exercise": recipe.exercise, "fault": recipe.fault, "stratum": stratum, "left_out": left_out, "clips": clips,
        "faulty": len(faulty), "found": found, "found_share": round(found_share, 3),
        "found_interval": [round(found_low, 3), round(found_high, 3)],
        "clean": len(clean), "false": false, "false_share": round(false_share, 4),
        "false_interval": [round(false_low, 4), round(false_high, 4)],
        "auc": round(area_under_curve(np.array([s.estimate for s in faulty]), np.array([s.estimate for s in clean])), 3),
        "r": round(float(np.corrcoef(estimates, truths)[0, 1]), 3),
        "error_deg": round(float(np.abs(estimates - truths).mean()), 2),
        "range_fault_r": round(float(np.corrcoef(ranges, truths)[0, 1]), 2),
        "not_accepted": round(1 - len(every) / max(len(scored), 1), 3),
        "verdict": verdict,
        "bodies": sorted({s.rep.body for s in judged}),
    }  # fmt: skip


def thirds(values: Sequence[float]) -> list[str]:
    """Each value's third: low, middle or high."""
    low, high = np.percentile(values, [100 / 3, 200 / 3])
    return ["low" if v <= low else "middle" if v <= high else "high" for v in values]


def height_of(rep: Repetition) -> str:
    """Where a household would have put the camera."""
    return "floor" if rep.height_m < 0.3 else "chair" if rep.height_m < 0.63 else "table" if rep.height_m < 1.0 else "higher"


def direction_of(rep: Repetition) -> str:
    """How far the camera stood from straight ahead."""
    off = abs(rep.azimuth_deg)
    return "within 10°" if off <= 10 else "10-20°" if off <= 20 else "20-30°" if off <= 30 else "over 30°"


def made_late(clip: str, fresh_from: int) -> bool:
    """Whether a clip was made after the features had been chosen; its number follows the last letter of its name."""
    tail = clip.rsplit("-", 1)[1]
    return tail[0] in "po" and int(tail[1:]) >= fresh_from


def table(recipe: Recipe, reps: list[Repetition], quick: bool = False, fresh_from: int = 0) -> list[dict]:
    """All rows of one fault."""
    clips = [r.clip for r in reps]
    by_clip = score(recipe, reps, clips)
    rows = [summary(recipe, by_clip, "all accepted", "clip")]
    if fresh_from:
        late = [s for s in by_clip if made_late(s.rep.clip, fresh_from)]
        rows.append(summary(recipe, late, "clips made after the features were chosen", "clip"))
    strata: dict[str, Callable[[Scored], str]] = {
        "camera": lambda s: height_of(s.rep),
        "view": lambda s: s.rep.view,
        "direction": lambda s: direction_of(s.rep),
        "body": lambda s: s.rep.body,
        "sex": lambda s: s.rep.sex,
        "frames/s": lambda s: f"{s.rep.fps:g}",
    }
    for name, key in strata.items():
        rows += [summary(recipe, [s for s in by_clip if key(s) == k], f"{name}: {k}", "clip") for k in sorted({key(s) for s in by_clip})]
    for name, values in (("range", [s.rep.range_deg for s in by_clip]), ("rise", [s.rep.up_s for s in by_clip])):
        third = thirds(values)
        rows += [
            summary(recipe, [s for s, t in zip(by_clip, third, strict=True) if t == k], f"{name}: {k} third", "clip")
            for k in ("low", "middle", "high")
        ]
    with_clean = {s.rep.clip for s in by_clip if s.truth < recipe.amber / 2}
    never_clean = set(clips) - with_clean
    faulty_sets = [s for s in by_clip if s.rep.clip in never_clean or s.truth < recipe.amber / 2]
    rows.append(summary(recipe, faulty_sets, "faulty ones from sets without a clean one", "clip"))
    if quick:
        return [r for r in rows if r]
    for offset in (-0.2, 0.2):
        rows.append(summary(recipe, score(recipe, reps, clips, offset), f"windows {offset:+.1f} s", "clip"))
    groupings: dict[str, list[str]] = {
        "sex": [r.sex for r in reps],
        "body": [r.body for r in reps],
        "camera height": [height_of(r) for r in reps],
        "camera direction": [direction_of(r) for r in reps],
        "tempo": thirds([r.up_s for r in reps]),
        "range": thirds([r.range_deg for r in reps]),
    }
    for name, groups in groupings.items():
        if len(set(groups)) > 1:
            scored = score(recipe, reps, groups)
            rows.append(summary(recipe, scored, "all accepted", name))
            if name == "body":
                rows += [summary(recipe, [s for s in scored if s.rep.body == b], f"body: {b}", name) for b in sorted(set(groups))]
    return [r for r in rows if r]


def evidence_of(rows: Sequence[dict]) -> dict:
    """What goes beside the model: each view's counts and verdict. A view is judged when whole groups may be left out, too.

    With groups left out the shares must hold; their bounds are asked of the view itself, whose numbers are larger, and a
    single false alarm in a small group condemns nothing.
    """
    groups = {r["left_out"]: r for r in rows if r["stratum"] == "all accepted" and r["left_out"] in MUST_HOLD}
    weak = [name for name, r in groups.items() if r["found_share"] < FOUND_LEAST or (r["false_share"] > FALSE_MOST and r["false"] > 1)]
    missing = [name for name in MUST_HOLD if name not in groups]
    by_view = {}
    for row in rows:
        if row["stratum"].startswith("view: ") and row["left_out"] == "clip":
            verdict = "cannot judge" if weak else row["verdict"] if not missing else row["verdict"].replace("judged", "separates, too few")
            by_view[row["stratum"].removeprefix("view: ")] = {
                **{key: row[key] for key in ("found", "faulty", "false", "clean", "clips", "auc", "bodies")},
                "false_upper": row["false_interval"][1],
                "verdict": verdict,
            }
    return {"by_view": by_view, "fails_when_left_out": weak, "not_tested_left_out": missing}


def write_evidence(recipe: Recipe, rows: Sequence[dict]) -> None:
    """Put the evidence into the fitted model's file."""
    path = fits.FITTED / f"{recipe.exercise}.{recipe.fault}.json"
    data = json.loads(path.read_text())
    data["evidence"] = evidence_of(rows)
    path.write_text(json.dumps(data, indent=1) + "\n")


def show(rows: Sequence[dict]) -> str:
    """The rows as a Markdown table."""
    lines = [
        "| exercise | fault | stratum | left out | clips | found | 95 % | false | 95 % upper | AUC | r | error | not accepted | verdict |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in rows:
        found = f"{r['found']}/{r['faulty']} = {r['found_share']:.0%} | {r['found_interval'][0]:.0%}–{r['found_interval'][1]:.0%}"
        false = f"{r['false']}/{r['clean']} = {r['false_share']:.1%} | {r['false_interval'][1]:.1%}"
        told = f"{r['auc']:.3f} | {r['r']:.2f} | {r['error_deg']:.1f}° | {r['not_accepted']:.0%} | {r['verdict']}"
        lines += [f"| {r['exercise']} | {r['fault']} | {r['stratum']} | {r['left_out']} | {r['clips']} | {found} | {false} | {told} |"]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--json", type=Path, help="write all rows here")
    parser.add_argument("--table", type=Path, help="write the table here, as Markdown")
    parser.add_argument("--write", action="store_true", help="put the evidence into the models of coxa.motion.fitted")
    parser.add_argument("--quick", action="store_true", help="only clips left out")
    parser.add_argument("--fresh-from", type=int, default=0, help="clips numbered from here on were made after the features were chosen")
    parser.add_argument("--only", default="", help="exercise.fault")
    arguments = parser.parse_args()
    rows: list[dict] = []
    for recipe in RECIPES:
        if arguments.only and arguments.only != f"{recipe.exercise}.{recipe.fault}":
            continue
        shifts = (*fits.SHIFTS_S, -0.2, 0.2)
        reps = [r for r in fits.read_folders(arguments.folders, recipe.clips, shifts) if recipe.truth in r.truth]
        target = fits.target_of(recipe, reps)
        few = min((target >= recipe.red).sum(), (target < recipe.amber / 2).sum()) < fits.FAULTY_LEAST
        if few or len({r.clip for r in reps}) <= TRAIN_CLIPS_LEAST:
            print(f"{recipe.exercise} {recipe.fault}: too few repetitions ({len(reps)})")
            continue
        own = table(recipe, reps, arguments.quick, arguments.fresh_from)
        if arguments.write:
            write_evidence(recipe, own)
        rows += own
    print(show(rows))
    if arguments.table:
        arguments.table.write_text(show(rows) + "\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
