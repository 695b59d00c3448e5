import { expect, test } from "bun:test";
import { inLanes } from "./in-lanes.ts";
import { describeFile, nextFile, type TestFile } from "./test-files.ts";

function file(path: string, rest: Partial<TestFile> = {}): TestFile {
  return {
    ...{ path, seconds: 10, isJudged: false, isHeavy: false, playsDemo: false },
    ...rest,
  };
}

test("describeFile() sees by its text what a file does", () => {
  const judged = describeFile("a", 'import { whenBusy } from "../support/when-busy.ts";');
  expect(judged).toEqual(file("a", { isJudged: true }));
  const demo = describeFile("b", 'startDfs(["demo"])', { seconds: 30, isHeavy: true });
  expect(demo).toEqual(file("b", { seconds: 30, isHeavy: true, playsDemo: true }));
});

test("nextFile() is the longest that goes with those that run", () => {
  const [short, long] = [file("short"), file("long", { seconds: 20 })];
  const heavy = file("heavy", { seconds: 15, isHeavy: true });
  const judged = file("judged", { seconds: 80, isJudged: true });
  const demo = file("demo", { seconds: 70, playsDemo: true });
  expect(nextFile([short, long], [])).toBe(long);
  expect(nextFile([short, heavy, judged], [])).toBe(heavy);
  expect(nextFile([short, heavy, judged], [judged])).toBe(judged);
  expect(nextFile([short, judged], [heavy])).toBe(short);
  expect(nextFile([heavy], [heavy])).toBeUndefined();
  expect(nextFile([demo, heavy], [demo, judged])).toBeUndefined();
});

test("inLanes() runs every file once, as many at once as there are lanes", async () => {
  const files = ["a", "b", "c", "d", "e"].map((path) => file(path));
  const running = new Map<number, string>();
  let mostAtOnce = 0;
  const results = await inLanes(files, 2, async ({ path }, lane) => {
    expect(running.has(lane)).toBe(false);
    running.set(lane, path);
    mostAtOnce = Math.max(mostAtOnce, running.size);
    await Promise.resolve();
    running.delete(lane);
    return path;
  });
  expect(results.toSorted()).toEqual(["a", "b", "c", "d", "e"]);
  expect([mostAtOnce, running.size]).toEqual([2, 0]);
});

test("inLanes() runs one by one what does not go together", async () => {
  const files = [file("a", { isHeavy: true }), file("b", { isJudged: true })];
  const lanes: number[] = [];
  await inLanes(files, 3, async (_, lane) => void lanes.push(lane));
  expect(lanes).toEqual([0, 0]);
});
