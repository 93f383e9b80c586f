/** What every page needs: the person's time zone for the server, and the service worker that keeps today's session within reach. */

const ZONE = "coxa_zone";
const YEAR_S = 31_536_000;

/** Tell the server the zone the person lives in, so that "today" is their today. */
export function rememberZone(zone: string | undefined, secure: boolean): void {
  if (zone === undefined || document.cookie.includes(`${ZONE}=${encodeURIComponent(zone)}`)) return;
  document.cookie = `${ZONE}=${encodeURIComponent(zone)}; path=/; max-age=${YEAR_S}; samesite=lax${secure ? "; secure" : ""}`;
}

rememberZone(Intl.DateTimeFormat().resolvedOptions().timeZone, location.protocol === "https:");

// a phone's local certificate allows no service worker; the page works without one
if ("serviceWorker" in navigator && window.isSecureContext) {
  navigator.serviceWorker.register("/sw.js").catch(() => undefined);
  // the plan may have changed since the worker last looked
  if (location.pathname === "/today") navigator.serviceWorker.ready.then(({ active }) => active?.postMessage("keep-day")).catch(() => undefined);
}
