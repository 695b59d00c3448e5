/** What a thread tells of its searches agrees with the recursive definition, wherever resumed. */
import { describe, expect, test } from "bun:test";
import { oracle, randomQuestion } from "../../tests/support/search-oracle.ts";
import { systemClock } from "../base/clock.ts";
import { seededRandom } from "../base/random.ts";
import { type CsrGraph, csrGraphFromNeighbours } from "../graph/csr-graph.ts";
import { OrderChecksum } from "../graph/order-checksum.ts";
import { walkColumns } from "../graph/walk-columns.ts";
import { SearchMemory } from "./search-memory.ts";
import type { SearchNews, TraversalJob } from "./search-messages.ts";
import { SearchTask, type Task } from "./search-task.ts";
import { TraversalTask } from "./traversal-task.ts";

const memory = new SearchMemory();
const clock = systemClock;

/** All that `make`'s task tells; `onWaiting` is called when it has no credit. */
function newsOf<T extends Task>(
  make: (tell: (news: SearchNews) => void) => T,
  onWaiting: (task: T) => void = () => undefined,
): SearchNews[] {
  const news: SearchNews[] = [];
  const task = make((item) => news.push(item));
  for (let state = task.turn(Number.POSITIVE_INFINITY); state !== "over"; ) {
    if (state === "waiting") onWaiting(task);
    state = task.turn(Number.POSITIVE_INFINITY);
  }
  task.close();
  return news;
}

function traversal(graph: CsrGraph, asked: Omit<TraversalJob, "job" | "graph">): SearchNews[] {
  return newsOf(
    (tell) => new TraversalTask({ ...asked, job: 1, graph: 1 }, graph, { memory, clock, tell }),
    (task) => task.credit(undefined),
  );
}

function told(news: readonly SearchNews[], first: number) {
  const columns = { vertices: [] as number[], parents: [] as number[], depths: [] as number[] };
  const checksum = new OrderChecksum();
  for (const item of news) {
    if (item.kind !== "batch") continue;
    expect(item.first).toBe(first + columns.vertices.length);
    const { vertices, parents, depths } = walkColumns(item.buffer);
    columns.vertices.push(...vertices.subarray(0, item.count));
    columns.parents.push(...parents.subarray(0, item.count));
    columns.depths.push(...depths.subarray(0, item.count));
    checksum.add({ vertices, parents, depths }, item.count);
  }
  return { columns, checksum };
}

describe("a thread's tasks", () => {
  test("agree with the recursive definition, resumed at every index, on 10,000 graphs", () => {
    const random = seededRandom(6);
    const below = (bound: number) => Math.floor(random.next() * bound);
    for (let round = 0; round < 10_000; round++) {
      const { neighbours, plan } = randomQuestion(below);
      const graph = csrGraphFromNeighbours(neighbours, `random:${round}`);
      const { vertices, parents, depths, found, rootCount } = oracle(neighbours, plan);
      const visitedCount = vertices.length;
      for (const withPath of [false, true]) {
        const order = { job: 1, graph: 1, plan, withPath };
        const [answer] = newsOf((tell) => new SearchTask(order, graph, { memory, clock, tell }));
        expect(answer).toMatchObject({ kind: "found", result: { found, visitedCount } });
      }
      const batchMaxCount = 1 + below(4);
      const asked = { plan, batchMaxCount, creditCount: 1 + below(3) };
      const whole = traversal(graph, { ...asked, skipCount: 0 });
      const { columns, checksum } = told(whole, 0);
      expect(columns).toEqual({ vertices, parents, depths });
      const { runtimeMs: _, ...summary } = summaryOf(whole);
      expect(summary).toEqual({
        ...{ visitedCount, found, rootCount, depthMax: Math.max(...depths) },
        verticesCrc32: checksum.vertices,
        parentsCrc32: checksum.parents,
        depthsCrc32: checksum.depths,
      });
      for (let skipCount = 1; skipCount <= visitedCount; skipCount++) {
        const rest = traversal(graph, { ...asked, skipCount });
        expect(told(rest, skipCount).columns).toEqual({
          vertices: vertices.slice(skipCount),
          parents: parents.slice(skipCount),
          depths: depths.slice(skipCount),
        });
        expect(summaryOf(rest)).toMatchObject(summary);
      }
    }
  });

  test("say in which range a traversal can be resumed", () => {
    const graph = csrGraphFromNeighbours([[1], [], []], "small");
    const plan = { source: 0, target: -1, reachableOnly: true };
    const [news] = traversal(graph, { plan, batchMaxCount: 10, creditCount: 1, skipCount: 3 });
    expect(news).toMatchObject({
      kind: "failed",
      status: "OUT_OF_RANGE",
      failure: expect.stringMatching(/resume_after must be at most 2,.*current value is 3$/),
    });
  });

  test("tell no more batches than there is credit for, and use the memory that comes back", () => {
    const graph = csrGraphFromNeighbours([[1], [2], [3], [4], []], "path:5");
    const plan = { source: 0, target: -1, reachableOnly: false };
    const news: SearchNews[] = [];
    const task = new TraversalTask(
      { job: 1, graph: 1, plan, skipCount: 0, batchMaxCount: 1, creditCount: 2 },
      graph,
      { memory, clock, tell: (item) => news.push(item) },
    );
    expect(task.turn(Number.POSITIVE_INFINITY)).toBe("waiting");
    expect(news.map(({ kind }) => kind)).toEqual(["batch", "batch"]);
    const [first] = news;
    const buffer = first?.kind === "batch" ? first.buffer : undefined;
    task.credit(buffer);
    expect(task.turn(Number.POSITIVE_INFINITY)).toBe("waiting");
    expect(news).toHaveLength(3);
    expect(news[2]).toMatchObject({ kind: "batch", first: 2, count: 1 });
    expect(news[2]?.kind === "batch" && news[2].buffer === buffer).toBe(true);
    task.close();
  });
});

function summaryOf(news: readonly SearchNews[]) {
  const last = news.at(-1);
  if (last?.kind !== "ended") throw new Error(`The last news is ${last?.kind}`);
  return last.summary;
}
