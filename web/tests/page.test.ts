// @vitest-environment jsdom
import { expect, test } from "vitest";
import { rememberZone } from "../src/page";

test("the zone is a cookie for the whole site", () => {
  rememberZone("Europe/Vienna", false);
  expect(document.cookie).toContain("coxa_zone=Europe%2FVienna");
});
