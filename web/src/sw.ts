/**
 * The service worker: today's session within reach without the server. It keeps the app's own files, the pages /session and /today, the
 * last plan of the day and its pictures; of what the server knows, nothing else. All of it goes when the person signs out.
 */

declare const __FILES__: string[];
declare const __BUILD__: string;

const worker = self as unknown as ServiceWorkerGlobalScope;
/** the app's own files: the same for everybody */
const SHELL = `coxa-shell-${__BUILD__}`;
/** one person's day */
const DAY = "coxa-day";
const PAGES = ["/session", "/today"];
const PLAN = "/api/v1/today";
/** The server is asked first, but a person on a mat does not wait for a dead connection. */
const WAIT_MS = 4_000;
/** What is fetched ahead goes a few at a time, and gives up in time: a page that the person opens must not queue behind it. */
const AT_ONCE = 2;
const AHEAD_MS = 15_000;

/** Addresses of styles, pictures and scripts that a page names. */
function named(html: string): string[] {
  return [...html.matchAll(/(?:href|src)="(\/(?:static|front)\/[^"]+)"/g)].map((match) => (match[1] ?? "").replaceAll("&amp;", "&"));
}

/** An answer that is the page itself, not a door to sign in at. */
function isOwn(response: Response): boolean {
  return response.ok && !response.redirected && response.type === "basic";
}

async function keep(cache: Cache, address: string): Promise<Response | null> {
  try {
    const response = await fetch(address, { credentials: "same-origin", cache: "no-cache", signal: AbortSignal.timeout(AHEAD_MS) });
    if (!isOwn(response)) return null;
    await cache.put(address, response.clone());
    return response;
  } catch {
    return null;
  }
}

/** Fetch many ahead, a few at a time. */
async function keepAll(cache: Cache, addresses: readonly string[]): Promise<void> {
  const waiting = [...addresses];
  const one = async (): Promise<void> => {
    for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
      if ((await cache.match(address)) === undefined) await keep(cache, address);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

async function keepShell(): Promise<void> {
  const cache = await caches.open(SHELL);
  await keepAll(cache, __FILES__);
}

let keeping: Promise<void> | null = null;

/** Keep what the day needs; asked for again while it is at it, it does so once. */
function keepDay(): Promise<void> {
  keeping ??= keepDayOnce().finally(() => {
    keeping = null;
  });
  return keeping;
}

/** Its pages with their files, the plan, and the plan's pictures. */
async function keepDayOnce(): Promise<void> {
  const [shell, day] = [await caches.open(SHELL), await caches.open(DAY)];
  const files = new Set<string>();
  for (const address of PAGES) {
    const page = await keep(day, address);
    if (page !== null) named(await page.text()).forEach((file) => files.add(file));
  }
  await keepAll(shell, [...files]);
  const plan = await keep(day, PLAN);
  if (plan !== null) await keepPictures(day, (await plan.json()) as Plan);
}

interface Plan {
  exercises?: { coached?: boolean; bouts?: { side: string }[]; pictures?: Record<string, string> }[];
}

async function keepPictures(day: Cache, plan: Plan): Promise<void> {
  const wanted = new Set<string>();
  for (const { pictures = {}, bouts = [], coached = false } of plan.exercises ?? []) {
    for (const kind of ["loop", "still", "camera"]) {
      const address = pictures[kind];
      if (address === undefined || (kind === "camera" && !coached)) continue;
      wanted.add(address);
      // both legs in turn: the plan names the left one's picture
      if (kind !== "camera" && !address.includes("?") && bouts.some((bout) => bout.side === "right")) wanted.add(`${address}?side=right`);
    }
  }
  for (const request of await day.keys()) {
    const { pathname, search } = new URL(request.url);
    if (pathname.startsWith("/exercises/") && !wanted.has(pathname + search)) await day.delete(request);
  }
  await keepAll(day, [...wanted]);
}

async function fromServer(request: Request): Promise<Response> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), WAIT_MS);
  try {
    return await fetch(request, { signal: stop.signal });
  } finally {
    clearTimeout(timer);
  }
}

/** What was kept, marked as such, so that the page can say so. */
async function kept(address: string): Promise<Response | undefined> {
  const found = await (await caches.open(DAY)).match(address);
  if (found === undefined) return undefined;
  const headers = new Headers(found.headers);
  headers.set("X-Coxa-Cached", "1");
  return new Response(found.body, { status: 200, headers });
}

async function dayFirst(request: Request, address: string): Promise<Response> {
  const day = await caches.open(DAY);
  try {
    const response = await fromServer(request);
    if (isOwn(response)) await day.put(address, response.clone());
    // at the door to sign in there is nobody whose day it could be
    else if (response.redirected || response.type === "opaqueredirect" || response.status === 401) await caches.delete(DAY);
    if (response.status < 500) return response;
    return (await kept(address)) ?? response;
  } catch (error) {
    const found = await kept(address);
    if (found === undefined) throw error;
    return found;
  }
}

async function fileFirst(request: Request): Promise<Response> {
  const found = await caches.match(request);
  if (found !== undefined) return found;
  const response = await fetch(request);
  if (isOwn(response) && !/\.wasm$/.test(new URL(request.url).pathname)) await (await caches.open(SHELL)).put(request, response.clone());
  return response;
}

async function pictureFirst(request: Request): Promise<Response> {
  const found = await (await caches.open(DAY)).match(request);
  return found ?? fetch(request);
}

worker.addEventListener("install", (event) => {
  event.waitUntil(keepShell().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith("coxa-shell-") && name !== SHELL) await caches.delete(name);
      await worker.clients.claim();
    })(),
  );
  // not a part of activating: pages wait until that is over, and this may take long on a slow machine
  void keepDay();
});

worker.addEventListener("message", (event) => {
  if (event.data === "keep-day") event.waitUntil(keepDay());
  if (event.data === "sign-out") event.waitUntil(caches.delete(DAY));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (origin !== worker.location.origin) return;
  if (request.method === "POST" && ["/sign-out", "/sign-in", "/settings/erase"].includes(pathname)) {
    event.waitUntil(caches.delete(DAY));
    return;
  }
  if (request.method !== "GET" || request.headers.has("X-Coxa-Fresh")) return;
  if (pathname === PLAN || (request.mode === "navigate" && PAGES.includes(pathname) && search === "")) event.respondWith(dayFirst(request, pathname));
  else if (pathname.startsWith("/static/") || pathname.startsWith("/front/assets/")) event.respondWith(fileFirst(request));
  else if (/^\/exercises\/[^/]+\/(loop|still|camera)\.svg$/.test(pathname)) event.respondWith(pictureFirst(request));
});
