import { describe, expect, test } from "bun:test";
import { limits } from "../base/limits.ts";
import type { Graph } from "../graph/graph.ts";
import { wholeGraph } from "../graph/search-plan.ts";
import { isRefusal } from "./refusal.ts";
import { SearchDispatcher } from "./search-dispatcher.ts";
import type { LaneEvents } from "./search-lane.ts";
import type { SearchNews, SearchOrder } from "./search-messages.ts";

/** A thread that does nothing but note what it is asked. */
class NotedLane {
  readonly orders: SearchOrder[] = [];
  isClosed = false;
  readonly events: LaneEvents;

  constructor(events: LaneEvents) {
    this.events = events;
  }

  post(order: SearchOrder): void {
    this.orders.push(order);
  }

  close(): void {
    this.isClosed = true;
  }

  /** The jobs it has been given. */
  get jobs(): number[] {
    return this.orders.flatMap((order) =>
      order.kind === "search" || order.kind === "traverse" ? [order.job] : [],
    );
  }

  end(job: number): void {
    const result = { found: false, visitedCount: 1, runtimeMs: 1, path: undefined };
    this.events.onNews({ kind: "found", job, result });
  }
}

class Bench {
  nowUs = 0;
  readonly lanes: NotedLane[] = [];
  readonly news: SearchNews[] = [];
  readonly dispatcher = new SearchDispatcher({
    clock: { nowUs: () => this.nowUs, after: () => () => undefined },
    threadCount: 2,
    openThread: (events) => {
      const lane = new NotedLane(events);
      this.lanes.push(lane);
      return lane;
    },
  });

  search(graph: Graph = large(1_000_000)) {
    const asked = { plan: wholeGraph, withPath: false };
    return this.dispatcher.search(graph, asked, (item) => this.news.push(item));
  }

  traverse(graph: Graph) {
    const asked = { plan: wholeGraph, skipCount: 0, batchMaxCount: 10 };
    return this.dispatcher.traverse(graph, asked, (item) => this.news.push(item));
  }

  jobsGiven(): number {
    return this.lanes.reduce((sum, { jobs }) => sum + jobs.length, 0);
  }
}

/** Of so many vertices; nobody looks at its edges here. */
function large(vertexCount: number): Graph {
  return {
    ...{ vertexCount, edgeCount: 0, spec: `large:${vertexCount}`, fingerprint: "0" },
    ...{ offsets: new Uint32Array(0), targets: new Uint32Array(0), names: undefined },
    storage: { kind: "shared" },
  };
}

const searchMaxCount = 2 * limits.searchesPerThreadMaxCount;

describe("SearchDispatcher", () => {
  test("opens a thread when there is work for it, and gives each as much as the other", () => {
    const bench = new Bench();
    expect(bench.lanes).toHaveLength(0);
    bench.search();
    expect(bench.lanes).toHaveLength(1);
    for (let count = 1; count < searchMaxCount; count++) bench.search();
    expect(bench.lanes.map(({ jobs }) => jobs.length)).toEqual([
      ...[limits.searchesPerThreadMaxCount, limits.searchesPerThreadMaxCount],
    ]);
  });

  test("tells each thread of a graph once, and of its end", () => {
    const bench = new Bench();
    const graph = large(1_000_000);
    for (let count = 0; count < 4; count++) bench.search(graph);
    bench.dispatcher.forget(graph);
    for (const { orders } of bench.lanes) {
      expect(orders.map(({ kind }) => kind)).toEqual(["graph", "search", "search", "forget"]);
    }
  });

  test("lets searches wait beyond its bounds, and refuses them when too many wait", () => {
    const bench = new Bench();
    for (let count = 0; count < searchMaxCount; count++) bench.search();
    const waiting = Array.from({ length: limits.searchQueueMaxCount }, () => bench.search());
    expect(waiting.some(isRefusal)).toBe(false);
    expect(bench.jobsGiven()).toBe(searchMaxCount);
    bench.nowUs = 70_000;
    const refused = bench.search();
    expect(refused).toMatchObject({
      status: "RESOURCE_EXHAUSTED",
      message: `This replica is busy: ${limits.searchQueueMaxCount} searches wait already, as many as may wait here; ask again in 70 ms`,
      pushbackMs: 70,
    });
    const [lane] = bench.lanes;
    lane?.end(lane.jobs[0] ?? 0);
    expect(bench.jobsGiven()).toBe(searchMaxCount + 1);
    expect(isRefusal(bench.search())).toBe(false);
  });

  test("learns from searches that have ended when it is worth to ask again", () => {
    const bench = new Bench();
    bench.search();
    bench.nowUs = 400_000;
    const [lane] = bench.lanes;
    lane?.end(lane.jobs[0] ?? 0);
    for (let count = 0; count < searchMaxCount + limits.searchQueueMaxCount; count++) {
      bench.search();
    }
    bench.nowUs = 500_000;
    expect(bench.search()).toMatchObject({ pushbackMs: 300 });
  });

  test("takes a search that waits and is cancelled out of the queue, and stops one that runs", () => {
    const bench = new Bench();
    const running = bench.search();
    for (let count = 1; count < searchMaxCount; count++) bench.search();
    const waiting = bench.search();
    if (isRefusal(running) || isRefusal(waiting)) throw new Error("refused");
    waiting.cancel();
    running.cancel();
    const [lane] = bench.lanes;
    const job = lane?.jobs[0] ?? 0;
    expect(lane?.orders.at(-1)).toEqual({ kind: "cancel", job });
    lane?.events.onNews({ kind: "stopped", job });
    expect(bench.news).toEqual([]);
    // Nobody waits, so nothing new is given.
    expect(bench.jobsGiven()).toBe(searchMaxCount);
  });

  test("bounds the memory of traversals, but lets one in however large", () => {
    const bench = new Bench();
    const huge = large(limits.traversalMemoryMaxBytes / 8);
    expect(isRefusal(bench.traverse(huge))).toBe(false);
    expect(bench.traverse(huge)).toMatchObject({ status: "RESOURCE_EXHAUSTED" });
    // Searches have bounds of their own.
    expect(isRefusal(bench.search())).toBe(false);
  });

  test("bounds the number of traversals", () => {
    const bench = new Bench();
    const graph = large(300_000);
    const begun = Array.from({ length: limits.traversalMaxCount }, () => bench.traverse(graph));
    expect(begun.some(isRefusal)).toBe(false);
    expect(bench.traverse(graph)).toMatchObject({
      status: "RESOURCE_EXHAUSTED",
      pushbackMs: limits.pushbackMinMs,
    });
  });

  test("ends the calls of a thread that dies with UNAVAILABLE, and goes on with a new one", () => {
    const bench = new Bench();
    bench.search();
    bench.lanes[0]?.events.onDeath("out of memory");
    expect(bench.news).toEqual([
      {
        ...{ kind: "failed", job: 1, status: "UNAVAILABLE" },
        failure: "The thread that searched has ended: out of memory",
      },
    ]);
    bench.search();
    expect(bench.lanes).toHaveLength(2);
    expect(bench.lanes[1]?.jobs).toEqual([2]);
  });

  test("closes its threads", () => {
    const bench = new Bench();
    bench.search();
    bench.dispatcher.close();
    expect(bench.lanes[0]?.isClosed).toBe(true);
  });
});
