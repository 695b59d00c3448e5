/**
 * Loaded before the program (`bun --preload`): looks a thousand times a second whether the event
 * loop still turns. At the end of the process the longest spans between two looks are written to
 * the file that DFS_BENCH_SPANS names, as JSON, `Spans`.
 */
import { writeFileSync } from "node:fs";

export interface Spans {
  readonly lookCount: number;
  /** The longest spans during which nothing else got a turn, whatever the reason. */
  readonly longestMs: readonly number[];
  /**
   * The same by the processor time that this process used within each: what the machine withheld
   * does not count. Other threads (compiler, collector) do, so it is an upper bound.
   */
  readonly longestCpuMs: readonly number[];
}

const keptCount = 5;

class Watch {
  #lookCount = 0;
  #lastMs = performance.now();
  #lastCpuUs = cpuUs();
  readonly #longestMs: number[] = [];
  readonly #longestCpuMs: number[] = [];

  look(): void {
    const nowMs = performance.now();
    const nowCpuUs = cpuUs();
    const spanMs = nowMs - this.#lastMs;
    keep(this.#longestMs, spanMs);
    keep(this.#longestCpuMs, Math.min(spanMs, (nowCpuUs - this.#lastCpuUs) / 1000));
    this.#lastMs = nowMs;
    this.#lastCpuUs = nowCpuUs;
    this.#lookCount++;
  }

  /** Starting up (reading and compiling the program) is over. */
  restart(): void {
    this.#longestMs.length = 0;
    this.#longestCpuMs.length = 0;
    this.#lookCount = 0;
  }

  get spans(): Spans {
    return {
      lookCount: this.#lookCount,
      longestMs: this.#longestMs,
      longestCpuMs: this.#longestCpuMs,
    };
  }
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function keep(longest: number[], value: number): void {
  longest.push(value);
  longest.sort((a, b) => b - a);
  longest.length = Math.min(longest.length, keptCount);
}

const path = process.env["DFS_BENCH_SPANS"];
const startUpMs = Number(process.env["DFS_BENCH_START_UP_MS"] ?? "0");
if (path !== undefined) {
  const watch = new Watch();
  setInterval(() => watch.look(), 1).unref();
  setTimeout(() => watch.restart(), startUpMs).unref();
  // The last second is the report's, which nobody waits for beside requests.
  setInterval(() => writeFileSync(path, JSON.stringify(watch.spans)), 1000).unref();
}
