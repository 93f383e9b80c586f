/** What the page asks of the server; the form token is renewed when the page is older than the sign-in. */

import type { Entry } from "./coach";
import { type Answer, SignedOut } from "./outbox";
import { type Exercise, type Today, readToday } from "./plan";

export interface After {
  well: string[];
  tomorrow: string;
  changes: { exercise: string; name: string; step: string; words: string }[];
}

let token = "";

export function trust(csrf: string): void {
  token = csrf;
}

async function renew(): Promise<boolean> {
  const response = await fetch("/session", { credentials: "same-origin", cache: "no-store", headers: { "X-Coxa-Fresh": "1" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector<HTMLElement>("#session")?.dataset["csrf"];
  if (!response.ok || fresh === undefined || fresh === token) return false;
  token = fresh;
  return true;
}

async function send(path: string, body: unknown, again = true): Promise<Response> {
  const response = await fetch(path, {
    method: "POST",
    credentials: "same-origin",
    keepalive: true,
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": token },
    body: JSON.stringify(body),
  });
  if (response.status === 403 && again && (await renew())) return send(path, body, false);
  if (response.status === 401 || response.status === 403) throw new SignedOut(`${path}: ${response.status}`);
  if (!response.ok) throw new Error(`${path}: expected 200, got ${response.status}`);
  return response;
}

async function get(path: string): Promise<Response> {
  const response = await fetch(path, { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${path}: expected 200, got ${response.status}`);
  return response;
}

/** Today's session, and whether it came from the server itself or out of the browser's cache. */
export async function fetchToday(): Promise<{ today: Today; fresh: boolean }> {
  const response = await get("/api/v1/today");
  return { today: readToday(await response.json()), fresh: response.headers.get("X-Coxa-Cached") === null };
}

export async function postDiary(entries: Entry[]): Promise<Answer> {
  return (await (await send("/api/v1/diary", { entries })).json()) as Answer;
}

export async function fetchAfter(session: string): Promise<After> {
  return (await (await get(`/api/v1/after/${encodeURIComponent(session)}`)).json()) as After;
}

export async function fetchNeighbour(id: string, instead_of: string): Promise<Exercise> {
  return (await (await get(`/api/v1/today/exercises/${encodeURIComponent(id)}?instead_of=${encodeURIComponent(instead_of)}`)).json()) as Exercise;
}

export async function keepLandmarks(given: boolean): Promise<void> {
  await send("/api/v1/consents", { purpose: "landmarks", given });
}

