import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Texts of one file of src/failover, each to be found once, and what stands there instead. */
export interface SourceChange {
  readonly file: string;
  readonly replace: readonly (readonly [text: string, by: string])[];
}

type ClientModule = typeof import("../../src/failover/failover-client.ts");

const failoverDir = join(import.meta.dir, "../../src/failover");
/** Between them and the client no other file stands. */
const copied = ["failover-client.ts", "stream-run.ts", "stream-attempt.ts"];

/** The product's client, but for the change: copies of the files in question, in `dir`. */
export async function clientWith(change: SourceChange, dir: string): Promise<ClientModule> {
  for (const file of copied) {
    const source = readFileSync(join(failoverDir, file), "utf8");
    writeFileSync(join(dir, file), rooted(file === change.file ? changed(source, change) : source));
  }
  return await import(pathToFileURL(join(dir, "failover-client.ts")).href);
}

function changed(source: string, { file, replace }: SourceChange): string {
  return replace.reduce((text, [from, to]) => {
    const count = text.split(from).length - 1;
    if (count !== 1) throw new Error(`${file} has ${count} times, instead of once: ${from}`);
    return text.replace(from, () => to);
  }, source);
}

/** What is not copied along is imported from where it is. */
function rooted(source: string): string {
  return source.replaceAll(/from "(\.\.?\/[^"]+)"/g, (whole, path: string) => {
    if (copied.includes(path.replace("./", ""))) return whole;
    return `from ${JSON.stringify(join(failoverDir, path))}`;
  });
}
