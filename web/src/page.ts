/**
 * What every page needs: the person's time zone for the server, and the service worker that keeps today's session within reach. In the
 * settings, the voices of this device.
 */

const ZONE = "coxa_zone";
const YEAR_S = 31_536_000;

/** Tell the server the zone the person lives in, so that "today" is their today. */
export function rememberZone(zone: string | undefined, secure: boolean): void {
  if (zone === undefined || document.cookie.includes(`${ZONE}=${encodeURIComponent(zone)}`)) return;
  document.cookie = `${ZONE}=${encodeURIComponent(zone)}; path=/; max-age=${YEAR_S}; samesite=lax${secure ? "; secure" : ""}`;
}

/** Offer the voices of this device that speak the page's language; one that was chosen on another device stays in the list. */
export function offerVoices(select: HTMLSelectElement, voices: readonly SpeechSynthesisVoice[], language: string): void {
  const chosen = select.value || (select.dataset.chosen ?? "");
  const known = new Set([...select.options].map((option) => option.value));
  for (const { name, lang, localService } of voices) {
    if (!localService || known.has(name) || !lang.toLowerCase().replace("_", "-").startsWith(language.toLowerCase())) continue;
    known.add(name);
    select.add(new Option(name, name, false, name === chosen));
  }
}

const select = document.querySelector<HTMLSelectElement>("select[data-voices]");
if (select !== null && "speechSynthesis" in window) {
  const offer = (): void => offerVoices(select, window.speechSynthesis.getVoices(), document.documentElement.lang);
  offer();
  // the list arrives late in some browsers
  window.speechSynthesis.addEventListener?.("voiceschanged", offer);
}

rememberZone(Intl.DateTimeFormat().resolvedOptions().timeZone, location.protocol === "https:");

// a phone's local certificate allows no service worker; the page works without one
if ("serviceWorker" in navigator && window.isSecureContext) {
  // what the worker fetches ahead comes after the page's own pictures
  const register = (): void => void navigator.serviceWorker.register("/sw.js").catch(() => undefined);
  if (document.readyState === "complete") register();
  else window.addEventListener("load", register, { once: true });
  // a worker that is new here has kept no day yet
  navigator.serviceWorker.addEventListener("controllerchange", () => navigator.serviceWorker.controller?.postMessage("keep-day"));
  // the plan may have changed since the worker last looked
  if (location.pathname === "/today") navigator.serviceWorker.ready.then(({ active }) => active?.postMessage("keep-day")).catch(() => undefined);
}
