// @vitest-environment jsdom
import { expect, test } from "vitest";
import { offerVoices, rememberZone } from "../src/page";

test("the zone is a cookie for the whole site", () => {
  rememberZone("Europe/Vienna", false);
  expect(document.cookie).toContain("coxa_zone=Europe%2FVienna");
});

test("the settings offer this device's voices of the page's language, each once", () => {
  document.body.innerHTML = `<select data-chosen="Anna"><option value="">any</option></select>`;
  const select = document.querySelector("select") as HTMLSelectElement;
  const voice = (name: string, lang: string, localService = true): SpeechSynthesisVoice => ({ name, lang, localService, default: false, voiceURI: name });
  const voices = [voice("Daniel", "en-GB"), voice("Anna", "en_US"), voice("Petra", "de-DE"), voice("Far", "en-GB", false)];
  offerVoices(select, voices, "en");
  offerVoices(select, voices, "en");
  expect([...select.options].map((option) => option.value)).toEqual(["", "Daniel", "Anna"]);
  expect(select.value).toBe("Anna");
});
