/** Pages that show an exercise: a button beside its picture brings the figure that can be turned. */

interface Words {
  open: string;
  close: string;
  play: string;
  pause: string;
  left: string;
  right: string;
  slow: string;
  loading: string;
  failed: string;
}

const SLOW = 0.5;
const TURN_DEG = 30;

/** Add the button to `place`: `data-figure` is the glTF file, `data-alt` what it shows, `data-words` the labels as JSON. */
function offerFigure(place: HTMLElement): void {
  const { figure: glb, alt = "", words: given = "{}" } = place.dataset;
  const words = JSON.parse(given) as Words;
  if (!glb) return;
  const picture = place.firstElementChild as HTMLElement | null;
  const open = button(words.open, "button");
  place.append(open);
  open.addEventListener("click", () => {
    open.disabled = true;
    void show(place, picture, glb, alt, words, open);
  });
}

async function show(place: HTMLElement, picture: HTMLElement | null, glb: string, alt: string, words: Words, open: HTMLButtonElement): Promise<void> {
  const stage = document.createElement("div");
  stage.className = "stage";
  stage.hidden = true;
  place.prepend(stage);
  open.textContent = words.loading;
  try {
    const { mountFigure } = await import("./index");
    const figure = await mountFigure(stage, { glb, alt });
    stage.hidden = false;
    if (picture) picture.hidden = true;
    open.hidden = true;
    open.textContent = words.open;
    const bar = document.createElement("div");
    bar.className = "stage__bar row";
    const pause = button(figure.playing ? words.pause : words.play);
    pause.addEventListener("click", () => {
      figure.play(!figure.playing);
      pause.textContent = figure.playing ? words.pause : words.play;
    });
    const slow = button(words.slow);
    slow.setAttribute("aria-pressed", "false");
    slow.addEventListener("click", () => {
      const on = slow.getAttribute("aria-pressed") !== "true";
      slow.setAttribute("aria-pressed", String(on));
      figure.speed(on ? SLOW : 1);
    });
    const left = button(words.left);
    left.addEventListener("click", () => figure.turn(-TURN_DEG));
    const right = button(words.right);
    right.addEventListener("click", () => figure.turn(TURN_DEG));
    const close = button(words.close);
    close.addEventListener("click", () => {
      figure.close();
      stage.remove();
      bar.remove();
      if (picture) picture.hidden = false;
      open.hidden = false;
      open.disabled = false;
      open.focus();
    });
    bar.append(pause, slow, left, right, close);
    stage.after(bar);
    pause.focus({ preventScroll: true });
    stage.scrollIntoView({ block: "nearest" });
  } catch {
    // no WebGL here, or the file is out of reach: the picture stays, and says so
    stage.remove();
    open.replaceWith(note(words.failed));
  }
}

function button(words: string, look = "button"): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = look;
  made.textContent = words;
  return made;
}

function note(words: string): HTMLElement {
  const made = document.createElement("p");
  made.className = "soft";
  made.setAttribute("role", "status");
  made.textContent = words;
  return made;
}

document.querySelectorAll<HTMLElement>("[data-figure]").forEach(offerFigure);
