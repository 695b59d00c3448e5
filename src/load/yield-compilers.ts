import { readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";

/** As JavaScriptCore names the threads that translate hot functions; /proc keeps 15 characters. */
const compilerName = /^JITWorker/;
const niceLevel = 10;

/**
 * Makes the compilers of this process give way to its other threads, which they would keep off a
 * processor for milliseconds at a time. They come and go, so this is called again and again. Does
 * nothing but on Linux, the one system that knows priorities of threads by number.
 */
export function yieldCompilers(): void {
  if (process.platform !== "linux") return;
  for (const thread of readdirSync("/proc/self/task")) {
    try {
      const name = readFileSync(`/proc/self/task/${thread}/comm`, "utf8");
      if (compilerName.test(name)) setPriority(Number(thread), niceLevel);
    } catch {
      // It has ended meanwhile, or there is no /proc; nothing depends on this.
    }
  }
}
