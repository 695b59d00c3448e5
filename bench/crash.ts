/**
 * Killing whoever listens on a port, until the port is seen closed: dfs beside what people type
 * into a shell, alternately, each on a fresh listener, among many other processes. Linux only. Ends
 * with 1 when dfs is slower; DFS_BINARY, or the executable built for this machine, is timed as a
 * whole too.
 */
import { existsSync } from "node:fs";
import { binaryPath, hostTarget } from "../build.ts";
import { systemClock } from "../src/base/clock.ts";
import { injectCrash } from "../src/fault/crash.ts";

const roundCount = 21;
const processCount = 300;
const lsof = Bun.which("lsof");
const binary = process.env["DFS_BINARY"] ?? binaryPath(hostTarget());
if (process.platform !== "linux" || lsof === null) {
  console.log("Nothing to compare: this needs Linux and lsof");
  process.exit(0);
}

/** What a person would type, without the look-ups of names that lsof does unless told otherwise. */
const script = `
  kill -9 $(${lsof} -nP -t -iTCP:$1 -sTCP:LISTEN)
  while ${lsof} -nP -t -iTCP:$1 -sTCP:LISTEN > /dev/null; do :; done`;

const victimProgram = `
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  console.log(server.port);`;

interface Victim {
  readonly child: Bun.Subprocess<"ignore", "pipe", "ignore">;
  readonly port: number;
}

async function startVictim(): Promise<Victim> {
  const child = Bun.spawn([process.execPath, "-e", victimProgram], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { value } = await child.stdout.getReader().read();
  return { child, port: Number(new TextDecoder().decode(value)) };
}

/** Spans of one way to kill, and what it must have done. */
async function timeMs(kill: (port: number) => Promise<void>): Promise<number> {
  const { child, port } = await startVictim();
  try {
    const startUs = systemClock.nowUs();
    await kill(port);
    const spanMs = (systemClock.nowUs() - startUs) / 1000;
    await child.exited;
    if (child.signalCode !== "SIGKILL") throw new Error(`The listener of ${port} was not killed`);
    return spanMs;
  } finally {
    child.kill("SIGKILL");
  }
}

async function byShell(port: number): Promise<void> {
  await Bun.spawn(["sh", "-c", script, "sh", String(port)], {
    stdio: ["ignore", "ignore", "ignore"],
  }).exited;
}

async function byDfs(port: number): Promise<void> {
  const signal = new AbortController().signal;
  const ledger = { append: () => undefined };
  const options = { clock: systemClock, ledger, run: "bench", signal, notify: () => undefined };
  await injectCrash({ port, delayMs: 0 }, options);
}

async function byExecutable(port: number): Promise<void> {
  const words = ["fault", "crash", "--port", String(port), "--logfile", "none"];
  await Bun.spawn([binary, ...words], { stdio: ["ignore", "ignore", "ignore"] }).exited;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const ways = {
  shell: byShell,
  dfs: byDfs,
  ...(existsSync(binary) ? { binary: byExecutable } : {}),
};
const spansMs: Record<string, number[]> = { shell: [], dfs: [], binary: [] };
const others = Array.from({ length: processCount }, () =>
  Bun.spawn(["sleep", "600"], { stdio: ["ignore", "ignore", "ignore"] }),
);
try {
  for (let round = 0; round < roundCount; round++) {
    for (const [name, kill] of Object.entries(ways)) spansMs[name]?.push(await timeMs(kill));
  }
} finally {
  for (const other of others) other.kill("SIGKILL");
}

const shellMs = median(spansMs["shell"] ?? []);
const row = (name: string, what: string) => {
  const ms = median(spansMs[name] ?? []);
  const ratio = name === "shell" ? "" : `  ratio ${(ms / shellMs).toFixed(2)}`;
  if (!Number.isNaN(ms))
    console.log(`  ${what.padEnd(30)} ${ms.toFixed(2).padStart(8)} ms${ratio}`);
  return ms / shellMs;
};
console.log(
  `From a port to its listener seen gone and the port seen closed, among ${processCount} more ` +
    `processes, median of ${roundCount} rounds each:`,
);
row("shell", "kill -9 $(lsof -t ...)");
const ratio = row("dfs", "dfs, in a process that runs");
const wholeRatio = row("binary", "dfs fault crash, as a command");
const worst = Math.max(ratio, Number.isNaN(wholeRatio) ? 0 : wholeRatio);
console.log(`  worst ratio ${worst.toFixed(2)} (at most 1.00)`);
process.exitCode = worst <= 1 ? 0 : 1;
