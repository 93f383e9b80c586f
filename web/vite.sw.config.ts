import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { defineConfig } from "vite";

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
}

// The service worker knows by name what the first build made, and a new build is a new cache.
const text = readFileSync("../src/coxa/web/front/.vite/manifest.json", "utf8");
const manifest = JSON.parse(text) as Record<string, Chunk>;

/** An entry with what it cannot do without; the figures in three dimensions and the pose model come when they are asked for. */
function needed(name: string): string[] {
  const chunk = manifest[name];
  return chunk === undefined ? [] : [chunk.file, ...(chunk.css ?? []), ...(chunk.imports ?? []).flatMap(needed)];
}
const files = [...new Set(["src/page.ts", "src/session.ts"].flatMap(needed))].map((file) => `/front/${file}`);

export default defineConfig({
  base: "/front/",
  publicDir: false,
  define: {
    __FILES__: JSON.stringify(files),
    __BUILD__: JSON.stringify(createHash("sha256").update(text).digest("hex").slice(0, 12)),
  },
  build: {
    outDir: "../src/coxa/web/front",
    emptyOutDir: false,
    target: "es2022",
    lib: { entry: "src/sw.ts", formats: ["iife"], name: "coxa", fileName: () => "sw.js" },
  },
});
