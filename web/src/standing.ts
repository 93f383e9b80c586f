/** How far the session has come, as this browser keeps it, and its way into the diary. */

import { postDiary } from "./api";
import { type Coach, type Entry, isOver } from "./coach";
import type { Outbox } from "./outbox";
import type { Today } from "./plan";

const STANDING = "standing";

export interface Standing {
  session: string;
  date: string;
  /** the pain against which the next one is held */
  before: number;
  /** of which exercise something was done, and the pain after it not asked yet */
  unasked?: string | null;
  done: Record<string, number>;
  over: string[];
}

export async function standingOf(outbox: Outbox): Promise<Standing | undefined> {
  return outbox.noted<Standing>(STANDING);
}

/** What was kept, where it is about the session that is to go on. */
export function isOfToday(today: Today, kept: Standing | undefined): kept is Standing {
  return kept !== undefined && kept.date === today.date && (today.session_key === null || today.session_key === kept.session);
}

/** What this browser knows of the session beyond what the server had when the plan was made. */
export function resumed(today: Today, kept: Standing | undefined): Today {
  if (!isOfToday(today, kept)) return today;
  const exercises = today.exercises.map((one) => ({ ...one, done_bouts: Math.max(one.done_bouts, kept.done[one.id] ?? 0), over: one.over || kept.over.includes(one.id) }));
  return { ...today, session_key: kept.session, exercises };
}

/**
 * The pain before, and the exercise after which it was not asked yet. The server knows best what happened, also on another device,
 * unless something has not reached it yet.
 */
export function saidLast(today: Today, kept: Standing | undefined, server_knows_all: boolean): { before: number | null; unasked: string | null } {
  const here = isOfToday(today, kept) ? kept : undefined;
  if (here === undefined || (server_knows_all && today.session_key !== null)) return { before: today.pain_said ?? null, unasked: today.unasked ?? null };
  return { before: here.before, unasked: here.unasked ?? null };
}

/** Entries into the browser's store, from where they are sent; false where it keeps nothing and they were sent straight away. */
export async function keep(outbox: Outbox, entries: Entry[], state: Coach, date: string): Promise<boolean> {
  try {
    await outbox.add(entries);
    if (state.session === null) return true;
    if (isOver(state)) await outbox.forget(STANDING);
    else if (entries.length > 0) {
      const done = Object.fromEntries(state.exercises.map((one) => [one.id, one.done_bouts]));
      const over = state.exercises.filter((one) => one.over).map((one) => one.id);
      const standing: Standing = { session: state.session, date, before: state.before ?? 0, unasked: state.unasked, done, over };
      await outbox.note(STANDING, standing);
    }
    return true;
  } catch {
    // a private window may keep nothing
    await postDiary(entries).catch(() => undefined);
    return false;
  }
}
