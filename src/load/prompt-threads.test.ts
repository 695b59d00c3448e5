import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../base/limits.ts";

/** Runs a program in a process of its own, whose threads keep what is asked for. */
function outputOf(program: string): string {
  const dir = mkdtempSync(join(tmpdir(), "dfs-threads-"));
  try {
    const path = join(dir, "program.ts");
    writeFileSync(path, program);
    const done = Bun.spawnSync([process.execPath, path], { timeout: 60_000 });
    expect(done.stderr.toString()).toBe("");
    return done.stdout.toString().trim();
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const pathOf = (name: string) => JSON.stringify(join(import.meta.dir, name));

test.skipIf(process.platform !== "linux")("yieldCompilers() lowers compiling threads alone", () => {
  const program = `
    import { readdirSync, readFileSync } from "node:fs";
    import { getPriority } from "node:os";
    import { yieldCompilers } from ${pathOf("yield-compilers.ts")};
    let sum = 0;
    const add = (n: number) => { sum += n % 7; };
    for (let i = 0; i < 30_000_000; i++) add(i);
    yieldCompilers();
    const threads = readdirSync("/proc/self/task").map((thread) => ({
      isCompiler: readFileSync("/proc/self/task/" + thread + "/comm", "utf8").startsWith("JITWorker"),
      nice: getPriority(Number(thread)),
    }));
    console.log(JSON.stringify({ own: getPriority(), threads }));`;
  const { own, threads } = JSON.parse(outputOf(program));
  const niceOf = (isCompiler: boolean) =>
    new Set(
      threads
        .filter((thread: { isCompiler: boolean }) => thread.isCompiler === isCompiler)
        .map(({ nice }: { nice: number }) => nice),
    );
  expect(niceOf(true)).toEqual(new Set([Math.max(own, limits.compilerNiceLevel)]));
  expect(niceOf(false)).toEqual(new Set([own]));
});

/** Linux before 6.12 takes a slice and does nothing with it. */
const isHeeded = () => {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  return major > 6 || (major === 6 && minor >= 12);
};

test("askForShortSlices() says whether the system took it", () => {
  const program = `
    import { existsSync, readFileSync } from "node:fs";
    import { askForShortSlices } from ${pathOf("short-slices.ts")};
    const isTaken = askForShortSlices();
    const path = "/proc/self/sched";
    const text = isTaken && existsSync(path) ? readFileSync(path, "utf8") : "";
    console.log(JSON.stringify({ isTaken, sliceNs: Number(/se.slice +: +(.*)/.exec(text)?.[1]) }));`;
  const { isTaken, sliceNs } = JSON.parse(outputOf(program));
  if (process.platform !== "linux") expect(isTaken).toBe(false);
  // What is granted, not every system tells: NaN becomes null.
  if (isTaken && isHeeded() && sliceNs !== null) expect(sliceNs).toBe(limits.paceSliceUs * 1000);
});
