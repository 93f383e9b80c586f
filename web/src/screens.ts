/** What each screen of a session shows; what is pressed goes to the coach. */

import type { After } from "./api";
import { type Action, type Coach, boutNow, exerciseNow, isWatched } from "./coach";
import { button, choice, h, notice, scale } from "./dom";
import { type Exercise, type Side, type Today, target } from "./plan";
import { painForm } from "./stop";
import { t } from "./words";

export interface Around {
  today: Today;
  act(action: Action): void;
  /** begin, with or without the camera */
  start(pain: number, camera: boolean, keep: boolean | null): void;
  swap(id: string): void;
  flip(): void;
  cameras: MediaDeviceInfo[];
  useCamera(id: string): void;
  after: After | null;
  waiting: number;
  /** why the camera cannot be used at all, in words */
  without: string;
  trying: boolean;
}

export function sideWords(side: Side | undefined): string {
  return side === "left" ? t("left side") : side === "right" ? t("right side") : "";
}

export function doseWords(exercise: Exercise): string {
  if (exercise.dose) return exercise.dose;
  const wanted = target(exercise);
  return wanted === null ? t("{n} seconds", { n: exercise.duration_s ?? 0 }) : t("{n} repetitions", { n: wanted });
}

/** The panel of this screen, its heading first: it takes the focus when the screen changes. */
export function panel(state: Coach, around: Around): HTMLElement[] {
  const exercise = exerciseNow(state);
  switch (state.screen) {
    case "start":
      return start(state, around);
    case "no-session":
      return noSession(state, around);
    case "after":
      return after(state, around);
    default:
      break;
  }
  if (exercise === undefined) return [];
  switch (state.screen) {
    case "floor":
      return [
        heading(t("Before you get down")),
        h("p", { class: "lead" }, around.today.before_floor ?? ""),
        button(t("I am ready"), () => around.act({ type: "floor-ready" }), "button--primary button--big", "next"),
      ];
    case "placement":
      return placement(exercise, around);
    case "demonstration":
      return demonstration(state, exercise);
    case "count-in":
      return [heading(t("Get ready")), counter(), dose(state, exercise), button(t("Start now"), () => around.act({ type: "next" }), "", "next")];
    case "set":
      return set(state, exercise, around);
    case "closing":
      return [heading(t("Well done")), h("p", { class: "lead" }, t("One moment…"))];
    case "rest":
      return rest(state, exercise, around);
    case "pain":
      return [
        heading(t("How is the pain now?")),
        h("p", { class: "soft" }, t("Compared with before this exercise")),
        h(
          "div",
          { class: "session__answers" },
          button(t("Same"), () => around.act({ type: "pain", after: "same" }), "button--big"),
          button(t("Less"), () => around.act({ type: "pain", after: "less" }), "button--big", "easier"),
          button(t("More"), () => around.act({ type: "pain", after: "more" }), "button--big", "harder"),
        ),
      ];
    case "pain-more":
      return [heading(t("More pain")), painForm(t("How strong is it now?"), (pain, kind, place) => around.act({ type: "pain-more", pain, kind, place }))];
    case "verdict":
      return [
        heading(t("This exercise is over for today")),
        notice("care", ...(state.verdict?.words ?? [])),
        state.verdict?.blocks ? h("p", {}, t("It stays out until you have answered the safety questions again.")) : "",
        button(t("Go on"), () => around.act({ type: "continue" }), "button--primary button--big", "next"),
      ].filter((one): one is HTMLElement => one !== "");
    case "self-check":
      return [
        heading(t("A check for you")),
        h("p", { class: "lead" }, exercise.self_check ?? ""),
        h("p", { class: "soft" }, t("Was all well?")),
        h(
          "div",
          { class: "session__answers" },
          button(t("Yes"), () => around.act({ type: "self-check", well: true }), "button--big"),
          button(t("No"), () => around.act({ type: "self-check", well: false }), "button--big"),
          button(t("I do not know"), () => around.act({ type: "self-check", well: null }), "button--big"),
        ),
      ];
    case "effort":
      return effort(around);
    default:
      return [];
  }
}

/** By keyboard the number changes on the way to the one that is meant: only Go on settles it. */
function effort(around: Around): HTMLElement[] {
  let chosen: number | null = null;
  return [
    heading(t("How hard was it?")),
    h(
      "form",
      {
        class: "stack",
        submit: (event) => {
          event.preventDefault();
          around.act({ type: "effort", effort: chosen });
        },
      },
      scale(t("Effort"), t("very easy"), t("as hard as can be"), (value) => (chosen = value)),
      h(
        "div",
        { class: "row" },
        h("button", { type: "submit", class: "button button--primary button--big" }, t("Go on")),
        button(t("Leave out"), () => around.act({ type: "effort", effort: null }), "button--quiet"),
      ),
    ),
  ];
}

function heading(words: string): HTMLElement {
  return h("h1", { tabindex: "-1", "data-first": true }, words);
}

/** The number that is read from two metres away; `session.ts` writes into it. */
function counter(of: string | null = null, small = false): HTMLElement {
  return h(
    "p",
    { class: small ? "session__count session__count--small" : "session__count" },
    h("span", { class: "session__number", "data-count": true }, "0"),
    of === null ? null : h("span", { class: "session__of" }, of),
  );
}

function dose(state: Coach, exercise: Exercise): HTMLElement {
  const bout = boutNow(state);
  const sides = sideWords(bout?.side);
  return h(
    "p",
    { class: "row session__dose" },
    h("span", {}, doseWords(exercise)),
    exercise.bouts.length > 1 ? h("span", { class: "badge" }, t("{n} of {m}", { n: state.bout + 1, m: exercise.bouts.length })) : null,
    sides !== "" ? h("span", { class: "badge badge--accent" }, sides) : null,
    exercise.load_kg > 0 ? h("span", { class: "badge" }, t("{n} kg", { n: exercise.load_kg })) : null,
  );
}

// ------------------------------------------------------------------------------------------------ start and end

function start(state: Coach, around: Around): HTMLElement[] {
  let pain: number | null = null;
  let camera = state.camera && around.without === "";
  let keep = around.today.keep_landmarks;
  const complaint = h("p", { class: "field__error", role: "alert", hidden: true }, t("Tap a number first."));
  const keepAsked = h("div", { class: "stack stack--tight" });
  const askKeep = (): void => {
    keepAsked.replaceChildren(
      ...(around.today.keep_landmarks === null && camera
        ? [
            h(
              "fieldset",
              { class: "session__group" },
              h("legend", {}, t("Keep the movement as points, so that you can look at it again? No picture is ever kept.")),
              h(
                "div",
                { class: "choices choices--row" },
                choice("keep", "no", t("No"), () => (keep = false)),
                choice("keep", "yes", t("Yes, keep the points"), () => (keep = true)),
              ),
            ),
          ]
        : []),
    );
  };
  askKeep();
  const open = around.today.session_key !== null;
  return [
    heading(open ? t("We go on where you were") : t("Before we start")),
    h(
      "form",
      {
        class: "stack session__form",
        submit: (event) => {
          event.preventDefault();
          if (pain === null) {
            complaint.hidden = false;
            return;
          }
          around.start(pain, camera, keep);
        },
      },
      scale(t("How strong is your hip pain right now?"), t("no pain"), t("the worst pain"), (value) => {
        pain = value;
        complaint.hidden = true;
      }),
      complaint,
      h(
        "fieldset",
        { class: "session__group" },
        h("legend", {}, t("Shall the camera count and watch?")),
        h(
          "div",
          { class: "choices" },
          choice("camera", "yes", t("With the camera. The picture stays on this device."), () => ((camera = true), askKeep()), camera),
          choice("camera", "no", t("Without. Timer and voice lead you."), () => ((camera = false), askKeep()), !camera),
        ),
        around.without === "" ? null : h("p", { class: "field__help" }, around.without),
      ),
      keepAsked,
      h("p", { class: "session__loading", "data-loading": true, role: "status" }),
      h("div", { class: "row" }, h("button", { type: "submit", class: "button button--primary button--big" }, t("Start")), h("a", { class: "button button--quiet", href: "/today" }, t("Not now"))),
    ),
  ];
}

function noSession(state: Coach, around: Around): HTMLElement[] {
  const words = state.verdict?.words ?? around.today.why_not.map((reason) => reason.words);
  return [
    heading(t("No session today")),
    notice("care", ...words),
    h(
      "div",
      { class: "row" },
      (state.verdict?.rescreen ?? around.today.rescreen) ? h("a", { class: "button button--primary", href: "/screening" }, t("Answer the safety questions")) : null,
      (state.verdict?.letter ?? around.today.letter) ? h("a", { class: "button", href: "/help" }, t("Letter for a doctor or physiotherapist")) : null,
      h("a", { class: "button", href: "/today" }, t("Back to today")),
    ),
  ];
}

function after(state: Coach, around: Around): HTMLElement[] {
  const said = around.after;
  const stopped = state.verdict !== null && state.verdict.ends !== "nothing";
  return [
    heading(around.trying ? t("That is how it works") : stopped ? t("The session ends here") : t("Done for today")),
    stopped ? notice("care", ...(state.verdict?.words ?? [])) : null,
    said === null ? null : h("div", { class: "stack" }, ...said.well.map((words) => notice("good", words))),
    said === null || said.tomorrow === "" ? null : h("div", { class: "card stack stack--tight" }, h("h2", {}, t("For tomorrow")), h("p", { class: "lead" }, said.tomorrow)),
    said === null || said.changes.length === 0
      ? null
      : h("div", { class: "card stack stack--tight" }, h("h2", {}, t("What changes in your programme")), h("ul", {}, ...said.changes.map((change) => h("li", {}, change.words)))),
    around.waiting > 0 && !around.trying ? notice("", t("Not everything has reached the diary yet. It is kept on this device and sent as soon as possible.")) : null,
    around.trying ? h("p", { class: "lead" }, t("Nothing of this was written down. Your own session works the same way, with or without a camera.")) : null,
    h(
      "div",
      { class: "row" },
      state.verdict?.rescreen ? h("a", { class: "button button--primary", href: "/screening" }, t("Answer the safety questions")) : null,
      state.verdict?.letter ? h("a", { class: "button", href: "/help" }, t("Letter for a doctor or physiotherapist")) : null,
      h("a", { class: "button button--primary", href: around.trying ? "/" : "/today" }, around.trying ? t("To the start") : t("Back to today")),
      around.trying ? null : h("a", { class: "button", href: "/progress" }, t("See your progress")),
    ),
  ].filter((one): one is HTMLElement => one !== null);
}

// ------------------------------------------------------------------------------------------------ in the session

function placement(exercise: Exercise, around: Around): HTMLElement[] {
  return [
    heading(t("Where to put the camera")),
    h("p", { class: "lead" }, exercise.camera_words ?? ""),
    h("p", { class: "session__framing", "data-framing": true, role: "status" }, t("I cannot see you yet.")),
    h("p", { class: "soft" }, t("When I see you well, it goes on by itself.")),
    around.cameras.length > 1
      ? h(
          "label",
          { class: "field" },
          h("span", { class: "label" }, t("Camera")),
          h(
            "select",
            { change: (event) => around.useCamera((event.target as HTMLSelectElement).value) },
            ...around.cameras.map((camera, k) => h("option", { value: camera.deviceId }, camera.label || t("Camera {n}", { n: k + 1 }))),
          ),
        )
      : h("span", {}),
    h(
      "div",
      { class: "row" },
      button(t("Go on"), () => around.act({ type: "placed" }), "button--primary button--big", "next"),
      button(t("Without the camera"), () => around.flip(), "button--quiet"),
    ),
  ];
}

function demonstration(state: Coach, exercise: Exercise): HTMLElement[] {
  return [
    heading(exercise.name),
    dose(state, exercise),
    exercise.support ? notice("care", t("Stand where you can hold on to something firm.")) : "",
    exercise.equipment.length > 0 ? h("p", {}, t("You need: {things}", { things: exercise.equipment.join(", ") })) : "",
    h("ol", { class: "session__steps", "data-steps": true }, ...exercise.steps.map((step) => h("li", {}, step))),
    exercise.feel === "" ? "" : h("p", { class: "soft" }, exercise.feel),
    ...exercise.cautions.map((words) => notice("care", words)),
    state.camera && !exercise.coached && exercise.why_not_coached !== null ? h("p", { class: "soft" }, exercise.why_not_coached) : "",
  ].filter((one): one is HTMLElement => one !== "");
}

function set(state: Coach, exercise: Exercise, around: Around): HTMLElement[] {
  const wanted = target(exercise);
  const many = wanted !== null && wanted > 1;
  const of = exercise.count === "repetitions" || many ? (wanted === null ? null : t("of {n}", { n: wanted })) : null;
  const clock =
    exercise.count === "repetitions" && exercise.hold_s === null
      ? null
      : h(
          "p",
          { class: exercise.count === "repetitions" ? "session__clock" : "session__clock session__clock--big" },
          h("span", { "data-clock": true }, exercise.count === "time" ? "" : "0"),
          h("span", {}, exercise.count === "time" ? t("seconds left") : t("of {n} seconds", { n: exercise.hold_s ?? 0 })),
        );
  const watched = isWatched(state);
  return [
    h("h1", { class: "session__name", tabindex: "-1", "data-first": true }, exercise.name),
    h("div", { class: "session__numbers" }, exercise.count === "time" || (exercise.count === "hold" && !many) ? null : counter(of, exercise.count === "hold"), clock),
    dose(state, exercise),
    h(
      "div",
      { class: "row session__taps" },
      watched || exercise.count === "time" ? null : button(t("Tap: one more"), () => around.act({ type: "tap" }), "button--big session__tap"),
      watched || exercise.count === "time" ? null : button(t("One less"), () => around.act({ type: "untap" }), "button--quiet"),
    ),
  ];
}

function rest(state: Coach, exercise: Exercise, around: Around): HTMLElement[] {
  const bout = boutNow(state);
  const sides = sideWords(bout?.side);
  return [
    heading(t("Rest")),
    counter(),
    h("p", { class: "lead" }, sides === "" ? t("Then once more: {name}", { name: exercise.name }) : t("Then the {side}: {name}", { side: sides, name: exercise.name })),
    button(t("Go on now"), () => around.act({ type: "next" }), "button--primary button--big", "next"),
  ];
}
