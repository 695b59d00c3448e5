import type { KnownFile } from "../support/test-files.ts";

/**
 * What the runner must know of test files besides what they say themselves: how long they take,
 * if that is much more than ten seconds, and which of them keep both processors of a small machine
 * busy.
 */
export const endToEnd: Readonly<Record<string, KnownFile>> = {
  "criteria.test.ts": { seconds: 14 },
  "demo.test.ts": { seconds: 29 },
  "disk-full.test.ts": { seconds: 14 },
  "drill.test.ts": { seconds: 24 },
  "faults.test.ts": { seconds: 22 },
  "link.test.ts": { seconds: 28 },
  "live-page.test.ts": { seconds: 21 },
  "load.test.ts": { seconds: 24 },
  "query-crash.test.ts": { seconds: 15 },
  "random-faults.test.ts": { seconds: 55 },
  "serve.test.ts": { seconds: 16 },
  "stream-places.test.ts": { seconds: 8, isHeavy: true },
  "streams.test.ts": { seconds: 15, isHeavy: true },
  "undo.test.ts": { seconds: 55 },
};
