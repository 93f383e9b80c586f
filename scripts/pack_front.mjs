// Packs the built front beside itself, .br and .gz, so that the server sends each file as small as it gets.
// Runs after the build: node scripts/pack_front.mjs FOLDER
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const LEAST_BYTES = 1000;
const folder = process.argv[2];
for (const name of readdirSync(folder, { recursive: true })) {
  if (!/\.(js|css|svg|json|wasm)$/.test(name) || name.startsWith(".vite")) continue;
  const file = join(folder, name);
  const content = readFileSync(file);
  if (content.length < LEAST_BYTES) continue;
  // the highest quality takes half a minute for the wasm, and saves a tenth over this one
  const quality = content.length > 2_000_000 ? 7 : 11;
  const hint = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params: hint }));
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
}
