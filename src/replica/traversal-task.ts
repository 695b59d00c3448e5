import { limits } from "../base/limits.ts";
import type { CsrGraph } from "../graph/csr-graph.ts";
import { OrderChecksum } from "../graph/order-checksum.ts";
import { Walk, type WalkMemory } from "../graph/walk.ts";
import { type WalkColumns, walkBuffer, walkColumns } from "../graph/walk-columns.ts";
import type { TraversalJob } from "./search-messages.ts";
import type { Task, TaskState, TaskTools } from "./search-task.ts";

/** Entries, at most, of the columns into which the vertices that are left out go. */
const skipLength = 16_384;

/**
 * Traverse: a search told in batches, each only when its reader has given credit for it, so that
 * one that stops reading costs the batches that are on their way to it and no more. The vertices
 * that are left out are walked as well: the checksum is of the whole order.
 */
export class TraversalTask implements Task {
  readonly job: number;
  readonly #order: TraversalJob;
  readonly #tools: TaskTools;
  readonly #memory: WalkMemory;
  readonly #walk: Walk;
  readonly #checksum = new OrderChecksum();
  /** Memory of batches that have left. */
  readonly #spares: ArrayBuffer[] = [];
  #credits: number;
  #skipped: WalkColumns | undefined;
  /** The batch being filled. */
  #buffer: ArrayBuffer | undefined;
  #columns: WalkColumns | undefined;
  #filled = 0;
  /** Vertices told or left out before that batch. */
  #first = 0;
  #workedUs = 0;

  constructor(order: TraversalJob, graph: CsrGraph, tools: TaskTools) {
    this.job = order.job;
    this.#order = order;
    this.#tools = tools;
    this.#credits = order.creditCount;
    this.#memory = tools.memory.takeWalkMemory();
    this.#walk = new Walk(graph, this.#memory, order.plan);
    const length = Math.min(order.skipCount, skipLength);
    if (length > 0) this.#skipped = walkColumns(walkBuffer(length));
  }

  /** One more batch may leave; `buffer` is free. */
  credit(buffer: ArrayBuffer | undefined): void {
    this.#credits++;
    if (buffer !== undefined) this.#spares.push(buffer);
  }

  turn(untilUs: number): TaskState {
    const { clock } = this.#tools;
    const beganUs = clock.nowUs();
    let nowUs = beganUs;
    let state: TaskState = "ready";
    while (state === "ready" && nowUs < untilUs) {
      state = this.#skipped === undefined ? this.#fill() : this.#skip(this.#skipped);
      nowUs = clock.nowUs();
    }
    this.#workedUs += nowUs - beganUs;
    // What has been found in a turn is not held back until a batch is full.
    this.#send();
    if (state === "over") this.#end();
    return state;
  }

  close(): void {
    this.#tools.memory.giveWalkMemory(this.#memory);
  }

  #skip(columns: WalkColumns): TaskState {
    const left = this.#order.skipCount - this.#first;
    const to = Math.min(columns.vertices.length, left);
    const count = this.#walk.fill(columns, 0, to, limits.searchSliceStepCount);
    this.#checksum.add(columns, count);
    this.#first += count;
    if (count === left) this.#skipped = undefined;
    return this.#walk.isOver ? "over" : "ready";
  }

  #fill(): TaskState {
    if (this.#credits === 0) return "waiting";
    const { batchMaxCount } = this.#order;
    this.#buffer ??= this.#spares.pop() ?? walkBuffer(batchMaxCount);
    this.#columns ??= walkColumns(this.#buffer);
    const steps = limits.searchSliceStepCount;
    this.#filled = this.#walk.fill(this.#columns, this.#filled, batchMaxCount, steps);
    if (this.#filled === batchMaxCount) this.#send();
    return this.#walk.isOver ? "over" : "ready";
  }

  #send(): void {
    const { job } = this;
    const [buffer, columns, count] = [this.#buffer, this.#columns, this.#filled];
    if (buffer === undefined || columns === undefined || count === 0) return;
    this.#checksum.add(columns, count);
    this.#tools.tell({ kind: "batch", job, first: this.#first, count, buffer }, [buffer]);
    this.#credits--;
    this.#first += count;
    this.#filled = 0;
    this.#buffer = undefined;
    this.#columns = undefined;
  }

  #end(): void {
    const { job } = this;
    const { visitedCount, found, rootCount, depthMax } = this.#walk;
    const { skipCount } = this.#order;
    if (visitedCount < skipCount) {
      const rule = `at most ${visitedCount}, as many as the order has vertices`;
      const failure = `resume_after must be ${rule}: current value is ${skipCount}`;
      this.#tools.tell({ kind: "failed", job, status: "OUT_OF_RANGE", failure });
      return;
    }
    const { vertices, parents, depths } = this.#checksum;
    const crcs = { verticesCrc32: vertices, parentsCrc32: parents, depthsCrc32: depths };
    const runtimeMs = this.#workedUs / 1000;
    const summary = { visitedCount, found, rootCount, depthMax, ...crcs, runtimeMs };
    this.#tools.tell({ kind: "ended", job, summary });
  }
}
