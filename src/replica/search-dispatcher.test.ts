import { describe, expect, test } from "bun:test";
import { limits } from "../base/limits.ts";
import type { Graph } from "../graph/graph.ts";
import { wholeGraph } from "../graph/search-plan.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
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
  readonly evicted: Refusal[] = [];
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
    const onNews = (item: SearchNews) => this.news.push(item);
    return this.dispatcher.traverse(graph, asked, onNews, (item) => this.evicted.push(item));
  }

  /** The job's thread sends a batch. */
  batch(job: number): void {
    const lane = this.lanes.find(({ jobs }) => jobs.includes(job));
    const buffer = new ArrayBuffer(0);
    lane?.events.onNews({ kind: "batch", job, first: 0, count: 1, buffer });
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
    bench.nowUs = 700_000;
    const refused = bench.search();
    expect(refused).toMatchObject({
      status: "RESOURCE_EXHAUSTED",
      message: `This replica is busy: ${limits.searchQueueMaxCount} searches wait already, as many as may wait here; ask again in 700 ms`,
      pushbackMs: 700,
    });
    const [lane] = bench.lanes;
    lane?.end(lane.jobs[0] ?? 0);
    expect(bench.jobsGiven()).toBe(searchMaxCount + 1);
    expect(isRefusal(bench.search())).toBe(false);
  });

  test("lets as many searches wait, and traverses as often at once, as it is told", () => {
    const dispatcher = new SearchDispatcher({
      clock: { nowUs: () => 0, after: () => () => undefined },
      threadCount: 1,
      openThread: (events) => new NotedLane(events),
      ...{ queueMaxCount: 1, traversalMaxCount: 2 },
    });
    const graph = large(1_000_000);
    const asked = { plan: wholeGraph, withPath: false };
    const search = () => dispatcher.search(graph, asked, () => undefined);
    const searches = Array.from({ length: limits.searchesPerThreadMaxCount + 2 }, search);
    expect(searches.map(isRefusal)).toEqual([false, false, false, false, false, true]);
    const batches = { plan: wholeGraph, skipCount: 0, batchMaxCount: 10 };
    const traversals = Array.from({ length: 3 }, () =>
      dispatcher.traverse(
        graph,
        batches,
        () => undefined,
        () => undefined,
      ),
    );
    expect(traversals.map(isRefusal)).toEqual([false, false, true]);
    expect(dispatcher.counts).toEqual({ searchesRunning: 4, searchesQueued: 1, traversals: 2 });
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
      pushbackMs: limits.traversalPushbackMinMs,
    });
  });

  test("gives the place of the reader that has stopped for longest to whoever wants it", () => {
    const bench = new Bench();
    const third = large(Math.floor(limits.traversalMemoryMaxBytes / 8 / 3.2));
    const begun = [bench.traverse(third), bench.traverse(third), bench.traverse(third)];
    // The first takes what comes, the second stops, the third soon after, though it took a batch.
    bench.batch(2);
    bench.nowUs = 500_000;
    bench.batch(3);
    bench.batch(3);
    bench.nowUs = 1_000_000;
    const [, , slow] = begun;
    if (slow === undefined || isRefusal(slow)) throw new Error("refused");
    slow.credit(undefined);
    bench.nowUs = (limits.traversalStalledMs - 700) * 1000;
    expect(bench.traverse(third)).toMatchObject({ pushbackMs: 700 });
    bench.nowUs = limits.traversalStalledMs * 1000;
    expect(isRefusal(bench.traverse(third))).toBe(false);
    const message =
      "This replica is busy: others wanted this traversal's place, and its reader had taken " +
      "nothing for 3000 ms; go on with resume_after; ask again in 10 ms";
    expect(bench.evicted).toMatchObject([{ status: "RESOURCE_EXHAUSTED", message }]);
    expect(bench.lanes.flatMap(({ orders }) => orders)).toContainEqual({ kind: "cancel", job: 2 });
    // Its place is counted as free once, whatever its thread says later.
    bench.lanes[1]?.events.onNews({ kind: "stopped", job: 2 });
    expect(isRefusal(bench.traverse(third))).toBe(true);
    bench.nowUs = (limits.traversalStalledMs + 1000) * 1000;
    expect(isRefusal(bench.traverse(third))).toBe(false);
    expect(bench.evicted).toHaveLength(2);
    // Those that remain wait for nothing, or have not stopped for long.
    expect(isRefusal(bench.traverse(third))).toBe(true);
  });

  test("takes no place away that would not make room enough", () => {
    const bench = new Bench();
    const half = large(Math.floor(limits.traversalMemoryMaxBytes / 8 / 2.2));
    for (const job of [1, 2]) {
      bench.traverse(half);
      if (job === 1) bench.batch(job);
    }
    bench.nowUs = 2 * limits.traversalStalledMs * 1000;
    const huge = large(limits.traversalMemoryMaxBytes / 8);
    expect(isRefusal(bench.traverse(huge))).toBe(true);
    expect(bench.evicted).toEqual([]);
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
