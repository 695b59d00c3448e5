import { nextFile, type TestFile } from "./test-files.ts";

/**
 * Runs test files, up to `laneCount` at once, each in the lowest lane that is free (from 0 up), and
 * none beside one it does not go with. Returns their results in the order of their ends.
 */
export async function inLanes<Result>(
  files: readonly TestFile[],
  laneCount: number,
  run: (file: TestFile, lane: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const waiting = new Set(files);
  const lanes = new Map<number, { readonly file: TestFile; readonly done: Promise<void> }>();
  const results: Result[] = [];
  const start = (lane: number, file: TestFile) => {
    waiting.delete(file);
    const done = run(file, lane).then((result) => {
      results.push(result);
      lanes.delete(lane);
    });
    lanes.set(lane, { file, done });
  };
  while (waiting.size > 0 || lanes.size > 0) {
    for (let lane = 0; lane < laneCount; lane++) {
      if (lanes.has(lane)) continue;
      const running = Array.from(lanes.values(), ({ file }) => file);
      const file = nextFile([...waiting], running);
      if (file === undefined) break;
      start(lane, file);
    }
    await Promise.race(Array.from(lanes.values(), ({ done }) => done));
  }
  return results;
}
