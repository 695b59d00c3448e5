import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { systemClock, waitUntil } from "../base/clock.ts";
import { graphFromParts } from "../graph/graph-from-parts.ts";
import { modularGraph } from "../graph/modular-graph.ts";
import { wholeGraph } from "../graph/search-plan.ts";
import { makeElsewhere } from "./make-elsewhere.ts";
import { graphNotice } from "./posted-graph.ts";
import type { SearchLane } from "./search-lane.ts";
import type { SearchNews, SearchOrder } from "./search-messages.ts";
import { threadLane } from "./search-thread.ts";

setDefaultTimeout(60_000);

const soon = { withinMs: 30_000, everyMs: 2 };
const graph = graphFromParts({ csr: modularGraph(3_000_000), names: undefined });
const lanes: SearchLane[] = [];

afterEach(() => {
  for (const lane of lanes.splice(0)) lane.close();
});

class Thread {
  readonly news: SearchNews[] = [];
  readonly deaths: string[] = [];
  readonly lane = threadLane({
    onNews: (item) => this.news.push(item),
    onDeath: (reason) => this.deaths.push(reason),
  });

  constructor() {
    lanes.push(this.lane);
    this.lane.post({ kind: "graph", graph: 1, notice: graphNotice(graph) });
  }

  search(job: number, target = -1): void {
    const plan = { ...wholeGraph, target };
    this.lane.post({ kind: "search", job, graph: 1, plan, withPath: false });
  }

  async until(condition: () => boolean): Promise<void> {
    expect(await waitUntil(systemClock, condition, soon)).toBe(true);
  }

  newsOf(job: number): SearchNews | undefined {
    return this.news.find((item) => item.job === job);
  }
}

describe("threadLane()", () => {
  test("searches the very arrays it is told of", async () => {
    const thread = new Thread();
    thread.search(1);
    await thread.until(() => thread.news.length > 0);
    expect(thread.newsOf(1)).toMatchObject({
      kind: "found",
      result: { found: false, visitedCount: 3_000_000 },
    });
  });

  test("answers a short search while a long one goes on, and stops that when it is told", async () => {
    const thread = new Thread();
    thread.search(1);
    thread.search(2, 0);
    await thread.until(() => thread.newsOf(2) !== undefined);
    expect(thread.newsOf(1)).toBeUndefined();
    thread.lane.post({ kind: "cancel", job: 1 });
    await thread.until(() => thread.newsOf(1) !== undefined);
    expect(thread.newsOf(1)).toEqual({ kind: "stopped", job: 1 });
  });

  test("tells of its death, once", async () => {
    const thread = new Thread();
    // No order at all: a bug that the thread does not survive.
    const noOrder: SearchOrder = JSON.parse("null");
    thread.lane.post(noOrder);
    await thread.until(() => thread.deaths.length > 0);
    thread.search(1);
    expect(thread.deaths).toHaveLength(1);
    expect(thread.deaths[0]).not.toBe("");
  });
});

describe("makeElsewhere()", () => {
  const nothingSaid = () => undefined;
  const make = (vertexCount: number) => {
    const spec = { kind: "path", vertexCount } as const;
    return makeElsewhere({ spec, cacheDir: undefined, verifyCache: false }, nothingSaid);
  };

  test("makes the same graph as this thread would", async () => {
    const made = await make(1000);
    expect(made).toMatchObject({ vertexCount: 1000, edgeCount: 999, spec: "path:1000" });
    expect(made.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(made.offsets.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  test("says why it could not", async () => {
    const failure = await make(2 ** 30).catch((error) => error);
    expect(failure).toMatchObject({ name: "DfsError", code: "cannot-run" });
    expect(failure.message).not.toBe("");
  });
});
