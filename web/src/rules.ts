/** Looks up what a pain or a stop means, in the tables that the server made; decides nothing itself. */

import type { Ends, PainKind, Rules, StopReason, Verdict } from "./plan";

const UNKNOWN = 11;
const WEIGHT: Record<Ends, number> = { nothing: 0, exercise: 1, session: 2, today: 3, emergency: 4 };

function verdict(rules: Rules, index: number | undefined, what: string): Verdict {
  const found = index === undefined ? undefined : rules.verdicts[index];
  if (found === undefined) throw new RangeError(`rules: expected a verdict for ${what}, got none`);
  return found;
}

export function beforeSession(rules: Rules, pain: number): Verdict {
  return verdict(rules, rules.before[pain], `a pain of ${pain} before the session`);
}

/** What the pain during an exercise means; `after` null where no number was said. */
export function during(rules: Rules, exercise: string, kind: PainKind | null, before: number, after: number | null): Verdict {
  const index = rules.during[exercise]?.[kind ?? "none"]?.[before]?.[after ?? UNKNOWN];
  return verdict(rules, index, `${exercise}, ${kind ?? "any"} pain, ${before} to ${after ?? "unknown"}`);
}

export function stopped(rules: Rules, why: StopReason): Verdict {
  return verdict(rules, rules.stopped[why], `a stop because of ${why}`);
}

/** Of two verdicts the graver, with what both ask for. */
export function graver(one: Verdict, other: Verdict): Verdict {
  const [first, second] = WEIGHT[one.ends] >= WEIGHT[other.ends] ? [one, other] : [other, one];
  return {
    ends: first.ends,
    words: first.words,
    blocks: first.blocks || second.blocks,
    rescreen: first.rescreen || second.rescreen,
    letter: first.letter || second.letter,
  };
}
