import { buildInfo } from "../base/build-info.ts";
import { DfsError, messageOf } from "../base/errors.ts";
import { type ExitStatus, exitStatus, exitStatusOf, worstExitStatus } from "../base/exit-status.ts";
import { didYouMean } from "../base/nearest.ts";
import { printable } from "../base/printable.ts";
import type { Entries, Entry } from "./entry.ts";
import { faultEntries } from "./fault/entries.ts";
import { watchInterrupts } from "./interrupts.ts";
import { createTerminal, type Terminal } from "./terminal.ts";

const entries: Entries = {
  serve: {
    summary: "Run a replica, or several, of the depth-first search service",
    load: async () => (await import("./serve.ts")).serveCommand,
  },
  load: {
    summary: "Drive replicas through the failover client and say what was lost",
    load: async () => (await import("./load.ts")).loadCommand,
  },
  query: {
    summary: "Ask replicas for one search, and print its answer or its order",
    load: async () => (await import("./query.ts")).queryCommand,
  },
  ...faultEntries,
  report: {
    summary: "Turn ledgers into figures and a verdict",
    load: async () => (await import("./report.ts")).reportCommand,
  },
  demo: {
    summary: "Replicas, load, a crash, a stall and the verdict, on one timeline",
    load: async () => (await import("./demo.ts")).demoCommand,
  },
  check: {
    summary: "Say which replicas serve",
    load: async () => (await import("./check.ts")).checkCommand,
  },
};

/** Runs the command line to its exit status; every error has become one clear notice by then. */
export async function runCommandLine(rawArgs: readonly string[]): Promise<ExitStatus> {
  const terminal = createTerminal();
  const leaving = new AbortController();
  const left = new Promise<ExitStatus>((resolve) => {
    leaving.signal.addEventListener("abort", () => resolve(exitStatus.interrupted));
  });
  const status = await Promise.race([left, runToItsEnd(rawArgs, terminal, leaving)]);
  // Who leaves at once is given the cursor back, and waits for no reader.
  if (leaving.signal.aborted) void terminal.flush();
  return status;
}

/** `leaving` is aborted by the interrupt that waits for nothing, not even for a slow pipe. */
async function runToItsEnd(
  rawArgs: readonly string[],
  terminal: Terminal,
  leaving: AbortController,
): Promise<ExitStatus> {
  let status: ExitStatus;
  try {
    status = await dispatch(rawArgs, terminal, leaving);
  } catch (error) {
    status = exitStatusOf(error);
    if (error instanceof DfsError) terminal.notices.error(shortened(messageOf(error)));
    else terminal.notices.error("Internal error, please report it:", error);
  }
  const lost = await terminal.flush();
  if (lost === undefined) return status;
  terminal.notices.error(`Results were lost on standard output: ${lost}`);
  await terminal.flush();
  return worstExitStatus([status, exitStatus.cannotRun]);
}

/** A message that quotes a hundred thousand characters back helps nobody. */
function shortened(message: string): string {
  const safe = printable(message);
  return safe.length <= noticeMaxLength ? safe : `${safe.slice(0, noticeMaxLength)} ...`;
}

const noticeMaxLength = 4000;

async function dispatch(
  rawArgs: readonly string[],
  terminal: Terminal,
  leaving: AbortController,
): Promise<ExitStatus> {
  const [first] = rawArgs;
  if (first === "--version" || first === "-v" || first === "-V") {
    terminal.line(`dfs ${buildInfo.version} (${buildInfo.commit})`);
    return exitStatus.verified;
  }
  const asksHelp = rawArgs.some((word) => word === "--help" || word === "-h");
  const words = rawArgs.filter((word) => word !== "--help" && word !== "-h");
  if (asksHelp || words.length === 0 || first === "help") {
    return showHelp(first === "help" ? words.slice(1) : words, terminal);
  }
  // For dfs itself to type, so no list names it; and what ends others must not end it.
  if (first === "watchdog") return await (await import("./watchdog.ts")).runWatchdog(terminal);
  const { entry, rest } = findEntry(words);
  const interrupts = watchInterrupts();
  const subcommand = await entry.load();
  const ending = subcommand.endsAtOnce ? interrupts.soft : interrupts.hard;
  ending.addEventListener("abort", () => leaving.abort());
  if (!subcommand.endsAtOnce) {
    interrupts.soft.addEventListener("abort", () => {
      const name = String(interrupts.soft.reason);
      terminal.notices.info(`${name}: ending in order; once more to leave at once`);
    });
  }
  return await subcommand.run(rest, { terminal, interrupts });
}

/** The subcommand named by the first word, or by the first two. */
function findEntry(words: readonly string[]): { entry: Entry; rest: readonly string[] } {
  for (const length of [2, 1]) {
    const entry = entryNamed(words.slice(0, length).join(" "));
    if (entry !== undefined) return { entry, rest: words.slice(length) };
  }
  const [first = "", second] = words;
  const kinds = names().filter((name) => name.startsWith(`${first} `));
  if (kinds.length > 0) {
    const rule = `"dfs ${first}" needs one of ${kinds.map((name) => name.slice(first.length + 1)).join(", ")}`;
    const hint = second === undefined ? "" : didYouMean(`${first} ${second}`, allNames());
    const current = second === undefined ? "" : `: current value is "${second}"`;
    throw new DfsError("usage", `${rule}${current}${hint}`);
  }
  throw new DfsError(
    "usage",
    `Unknown subcommand "${first}"${didYouMean(first, names())} (dfs --help lists them)`,
  );
}

function names(): string[] {
  return Object.keys(entries);
}

function allNames(): string[] {
  return Object.entries(entries).flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
}

function entryNamed(name: string): Entry | undefined {
  return entries[name] ?? Object.values(entries).find(({ aliases = [] }) => aliases.includes(name));
}

async function showHelp(words: readonly string[], terminal: Terminal): Promise<ExitStatus> {
  const named = words.filter((word) => !word.startsWith("-"));
  const entry = entryNamed(named.slice(0, 2).join(" ")) ?? entryNamed(named[0] ?? "");
  if (entry !== undefined) {
    terminal.line(await (await entry.load()).help());
    return exitStatus.verified;
  }
  if (named.length > 0 && !names().some((name) => name.startsWith(`${named[0]} `))) {
    findEntry(named);
  }
  terminal.line(rootHelp(named[0]));
  return exitStatus.verified;
}

function rootHelp(group: string | undefined): string {
  const listed = names().filter((name) => group === undefined || name.startsWith(`${group} `));
  const rows = listed.map((name) => {
    const { summary = "", aliases = [] } = entries[name] ?? {};
    const also = aliases.map((alias) => `dfs ${alias}`).join(", ");
    return `  dfs ${name.padEnd(15)}${summary}${also === "" ? "" : ` (also ${also})`}`;
  });
  return `${[
    "dfs runs a replicated gRPC service, drives it through a failover client, breaks it for real,",
    "and proves with numbers that nothing was lost.",
    "",
    "SUBCOMMANDS",
    "",
    ...rows,
    "",
    "Use dfs <subcommand> --help for its flags and examples; dfs --version for the version.",
    "",
    "EXAMPLES",
    "",
    "  dfs demo",
    "  dfs serve --port 50051",
    "  dfs load --replicas localhost:50051,localhost:50052 --duration 60",
    "  dfs query --replicas localhost:50051,localhost:50052 --target 42000 --path",
    "  dfs fault crash --port 50051 --delay 5",
    "  dfs fault stall --port 50052 --duration 10",
    "",
    "EXIT STATUS",
    "",
    "  0 verified, or ended as asked   1 a criterion was not met   2 usage",
    "  3 fault without target, permission or proof   4 inconclusive: the load could not hold its rate",
    "  5 could not run   70 internal error   130 interrupted",
  ].join("\n")}`;
}
