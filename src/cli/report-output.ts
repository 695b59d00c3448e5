import { closeSync, existsSync, openSync, realpathSync, writeSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { DfsError, messageOf } from "../base/errors.ts";
import { refuseNamedPipe } from "../base/named-pipe.ts";

export const reportFormats = ["text", "json", "csv", "junit"] as const;

export type ReportFormat = (typeof reportFormats)[number];

/** A file that a report goes to, and how it is written there. */
export interface ReportOutput {
  readonly path: string;
  readonly format: ReportFormat;
}

const byExtension: Readonly<Record<string, ReportFormat>> = {
  ".txt": "text",
  ".json": "json",
  ".csv": "csv",
  ".xml": "junit",
};

/**
 * What goes to which file. `format`, when given, is that of a single output; several follow from
 * their names, and one without a telling name is text. Throws a usage error where these contradict
 * each other.
 */
export function planOutputs(
  paths: readonly string[],
  format: ReportFormat | undefined,
): readonly ReportOutput[] {
  if (paths.length > 1 && format !== undefined) {
    throw new DfsError(
      "usage",
      `--format is that of one output: of several, the names tell (${extensions()}); ` +
        `current outputs are ${paths.join(", ")}`,
    );
  }
  const seen = new Set<string>();
  return paths.map((path) => {
    if (path === "-") {
      throw new DfsError("usage", "--output must name a file: leave it out for standard output");
    }
    const same = resolve(path);
    if (seen.has(same)) throw new DfsError("usage", `--output names ${path} twice`);
    seen.add(same);
    return { path, format: format ?? byExtension[extname(path).toLowerCase()] ?? "text" };
  });
}

function extensions(): string {
  return Object.entries(byExtension)
    .map(([extension, format]) => `${extension}: ${format}`)
    .join(", ");
}

/** A report must not overwrite what it is made from. */
export function refuseLedgersAsOutputs(
  outputs: readonly ReportOutput[],
  ledgers: readonly string[],
): void {
  const sources = new Set(ledgers.map(realPath));
  for (const { path } of outputs) {
    if (!sources.has(realPath(path))) continue;
    throw new DfsError("usage", `--output ${path} is one of the log files that are reported`);
  }
}

/** Also of a file that is not there yet, as long as its directory is. */
function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const directory = dirname(resolve(path));
  return existsSync(directory) ? join(realpathSync(directory), basename(path)) : resolve(path);
}

/** Writes `pieces` to `path`, in place of what was there; throws `cannot-run` when it cannot. */
export function writeOutput(path: string, pieces: Iterable<string>): void {
  try {
    refuseNamedPipe(path);
    const fd = openSync(path, "w");
    try {
      for (const piece of pieces) writeAll(fd, Buffer.from(piece));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new DfsError("cannot-run", `Cannot write the report to "${path}": ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** A file system that is nearly full takes a part. */
function writeAll(fd: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}
