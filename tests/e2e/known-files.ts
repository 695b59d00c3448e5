import type { KnownFile } from "../support/test-files.ts";

/**
 * What the runner must know of test files besides what they say themselves: how long they take, if
 * that is more than some seconds, so that the longest begin first.
 */
export const endToEnd: Readonly<Record<string, KnownFile>> = {
  "criteria.test.ts": { seconds: 14 },
  "demo.test.ts": { seconds: 29 },
  "disk-full.test.ts": { seconds: 14 },
  "drill.test.ts": { seconds: 24 },
  "faults.test.ts": { seconds: 22 },
  "link.test.ts": { seconds: 28 },
  "live-page.test.ts": { seconds: 21 },
  "random-faults.test.ts": { seconds: 70 },
  "undo.test.ts": { seconds: 70 },
};
