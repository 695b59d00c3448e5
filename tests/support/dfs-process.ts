import { existsSync } from "node:fs";
import { binaryPath, hostTarget } from "../../build.ts";
import { systemClock, waitUntil } from "../../src/base/clock.ts";
import { killForSure } from "./process-state.ts";

/** The executable under test: `DFS_BINARY`, else the one built for this machine. */
export function dfsBinary(): string {
  const path = process.env["DFS_BINARY"] ?? binaryPath(hostTarget());
  if (!existsSync(path)) throw new Error(`No executable at ${path}: run "bun run build" first`);
  return path;
}

export interface StartOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What runs `dfs`, if that is not the executable for this machine. */
  readonly command?: readonly string[];
}

export interface Ended {
  /** Null when a signal ended it. */
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `dfs` whose output is captured; killed with its scope if it still runs. */
export class DfsProcess implements AsyncDisposable {
  readonly pid: number;
  readonly #args: readonly string[];
  readonly #child: Bun.Subprocess<"pipe", "pipe", "pipe">;
  readonly #stdout: CapturedStream;
  readonly #stderr: CapturedStream;

  constructor(args: readonly string[], options: StartOptions) {
    this.#args = args;
    this.#child = Bun.spawn([...(options.command ?? [dfsBinary()]), ...args], {
      cwd: options.cwd,
      env: { ...process.env, NO_COLOR: "1", ...options.env },
      // A pipe that stays open: end of file on it asks a replica to drain.
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    this.pid = this.#child.pid;
    this.#stdout = new CapturedStream(this.#child.stdout);
    this.#stderr = new CapturedStream(this.#child.stderr);
  }

  /** Standard output so far. */
  get stdout(): string {
    return this.#stdout.text;
  }

  get stderr(): string {
    return this.#stderr.text;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /**
   * The first match of `pattern` in its output, either stream; throws with the output if none
   * comes.
   */
  async waitFor(pattern: RegExp, withinMs = 10_000): Promise<RegExpExecArray> {
    let match: RegExpExecArray | null = null;
    const found = () => {
      match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      return match !== null || this.#hasEnded();
    };
    await waitUntil(systemClock, found, { withinMs, everyMs: 10 });
    // What it printed last may arrive after its end is known.
    if (match === null && this.#hasEnded()) await this.exited(withinMs);
    match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
    if (match === null) throw new Error(`${pattern} did not appear within ${withinMs} ms\n${this}`);
    return match;
  }

  /** Its end, with all output; throws when it has not ended within the bound. */
  async exited(withinMs = 30_000): Promise<Ended> {
    const ended = await waitUntil(systemClock, () => this.#hasEnded(), { withinMs, everyMs: 10 });
    if (!ended) throw new Error(`Did not end within ${withinMs} ms\n${this}`);
    // A grandchild that outlived it could hold the pipes: wait for their end, but not for ever.
    const closed = () => this.#stdout.closed && this.#stderr.closed;
    await waitUntil(systemClock, closed, { withinMs: 5000, everyMs: 5 });
    const { exitCode: status, signalCode } = this.#child;
    const signal = signalCode === null ? null : String(signalCode);
    return { status, signal, stdout: this.stdout, stderr: this.stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded()) killForSure(this.pid);
    await this.#child.exited;
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  toString(): string {
    return [
      `dfs ${this.#args.join(" ")} (pid ${this.pid})`,
      `--- stdout\n${this.stdout}`,
      `--- stderr\n${this.stderr}`,
    ].join("\n");
  }
}

class CapturedStream {
  text = "";
  closed = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#capture(stream).finally(() => {
      this.closed = true;
    });
  }

  async #capture(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) this.text += decoder.decode(chunk, { stream: true });
  }
}

export function startDfs(args: readonly string[], options: StartOptions): DfsProcess {
  return new DfsProcess(args, options);
}

/** Runs `dfs` to its end. */
export async function runDfs(
  args: readonly string[],
  options: StartOptions & { readonly withinMs?: number },
): Promise<Ended> {
  await using started = startDfs(args, options);
  return await started.exited(options.withinMs);
}

/** A replica that serves on `port` by the time this resolves. */
export async function startReplica(port: number, cwd: string): Promise<DfsProcess> {
  const replica = startDfs(["serve", "--port", String(port)], { cwd });
  try {
    await replica.waitFor(new RegExp(`:${port}\\b`));
  } catch (error) {
    await replica[Symbol.asyncDispose]();
    throw error;
  }
  return replica;
}
