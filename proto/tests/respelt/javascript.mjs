// Writes facts again with the JavaScript SDK of CloudEvents, as a broker or a function would that
// passes them on.
//
//     node javascript.mjs GOLDEN [--check FILE]
//
// GOLDEN is a folder of *.ndjson. Prints what the SDK writes, one line for each fact; with --check
// says whether FILE holds just that. Needs `cloudevents` of npm, found from the working directory.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const { HTTP } = require("cloudevents");

const [golden, flag, file] = process.argv.slice(2);
const lines = readdirSync(golden)
  .filter((name) => name.endsWith(".ndjson"))
  .sort()
  .flatMap((name) => readFileSync(join(golden, name), "utf8").trimEnd().split("\n"));
const again = lines.map((body) => {
  const headers = { "content-type": "application/cloudevents+json; charset=utf-8" };
  return HTTP.structured(HTTP.toEvent({ headers, body })).body;
});
const text = again.join("\n") + "\n";
if (flag === "--check") {
  const same = readFileSync(file, "utf8") === text;
  console.log(`${again.length} facts written again in JavaScript, ${same ? "as" : "NOT as"} checked in`);
  process.exitCode = same ? 0 : 1;
} else {
  process.stdout.write(text);
}
