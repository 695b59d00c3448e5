import { readdirSync, readFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { limits } from "../base/limits.ts";

/** As JavaScriptCore names the threads that compile hot functions. */
const compilerName = /^JITWorker/;
const threadsDir = "/proc/self/task";

/**
 * Makes the compilers of this process give way to its other threads, which they would keep from a
 * processor for milliseconds at a time. They come and go, so this is to be called again and again.
 * Does nothing but on Linux, where a thread's number may stand for a process's.
 */
export function yieldCompilers(): void {
  if (process.platform !== "linux") return;
  try {
    for (const thread of readdirSync(threadsDir)) yieldCompiler(thread);
  } catch {
    // There is no /proc, and nothing depends on this.
  }
}

function yieldCompiler(thread: string): void {
  try {
    const name = readFileSync(`${threadsDir}/${thread}/comm`, "utf8");
    if (!compilerName.test(name)) return;
    const { compilerNiceLevel } = limits;
    if (getPriority(Number(thread)) < compilerNiceLevel) {
      setPriority(Number(thread), compilerNiceLevel);
    }
  } catch {
    // It has ended meanwhile.
  }
}
