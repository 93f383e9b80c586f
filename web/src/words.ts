/** The words of the session in the person's language, by their English text; the server brings them with the page. */

let words: Record<string, string> = {};

export function speakIn(known: Record<string, string>): void {
  words = known;
}

/** A message, with its `{names}` filled in; in English where there is no translation. */
export function t(message: string, values: Record<string, string | number> = {}): string {
  return (words[message] ?? message).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
