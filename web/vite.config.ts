import { defineConfig } from "vite";

// Hashed files and their manifest for the server's `asset()`; nothing is inlined, since the page's policy allows no data: scripts or styles.
export default defineConfig({
  base: "/front/",
  publicDir: false,
  build: {
    outDir: "../src/coxa/web/front",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rollupOptions: { input: ["src/page.ts", "src/session.ts", "src/figure/page.ts", "src/figure/replay.ts"] },
  },
  // a classic worker: tasks-vision loads its wasm loader by importScripts, which module workers do not have
  worker: { format: "iife" },
});
