import type { Clock } from "../base/clock.ts";
import { assert, messageOf } from "../base/errors.ts";
import type { CsrGraph } from "../graph/csr-graph.ts";
import { receiveGraph } from "./posted-graph.ts";
import { SearchMemory } from "./search-memory.ts";
import type { GraphNotice, SearchNews, SearchOrder } from "./search-messages.ts";
import { SearchTask, type Task, type TaskTools } from "./search-task.ts";
import { TaskRing } from "./task-ring.ts";
import { TraversalTask } from "./traversal-task.ts";

export interface SearchDeskOptions {
  readonly clock: Clock;
  /** A task's turn, before others have theirs and messages are read. */
  readonly turnMs: number;
  tell(news: SearchNews, transfer?: readonly ArrayBuffer[]): void;
}

/** Carries out what a thread is asked to search, as a worker or beside other things. */
export class SearchDesk {
  readonly #tools: TaskTools;
  readonly #ring: TaskRing;
  /** Or why it could not be had. */
  readonly #graphs = new Map<number, CsrGraph | Error>();
  readonly #traversals = new Map<number, TraversalTask>();

  constructor({ clock, turnMs, tell }: SearchDeskOptions) {
    this.#tools = { memory: new SearchMemory(), clock, tell };
    this.#ring = new TaskRing({
      clock,
      turnMs,
      onFailure: ({ job }, failure) => this.#fail(job, failure),
      onClosed: ({ job }) => this.#traversals.delete(job),
    });
  }

  take(order: SearchOrder): void {
    switch (order.kind) {
      case "graph":
        this.#graphs.set(order.graph, graphOrError(order.notice));
        return;
      case "forget":
        this.#graphs.delete(order.graph);
        return;
      case "search":
        this.#begin(order.job, () => new SearchTask(order, this.#graph(order.graph), this.#tools));
        return;
      case "traverse":
        this.#begin(order.job, () => {
          const task = new TraversalTask(order, this.#graph(order.graph), this.#tools);
          this.#traversals.set(order.job, task);
          return task;
        });
        return;
      case "credit":
        this.#traversals.get(order.job)?.credit(order.buffer);
        this.#ring.wake(order.job);
        return;
      case "cancel":
        if (this.#ring.remove(order.job)) this.#tools.tell({ kind: "stopped", job: order.job });
        return;
    }
  }

  /** Drops whatever it was asked to do. */
  close(): void {
    this.#ring.clear();
    this.#graphs.clear();
  }

  #graph(number: number): CsrGraph {
    const graph = this.#graphs.get(number);
    assert(graph !== undefined, "a thread is told of a graph before it is asked to search it");
    if (graph instanceof Error) throw graph;
    return graph;
  }

  /** There may be no memory for one more task. */
  #begin(job: number, make: () => Task): void {
    try {
      this.#ring.add(make());
    } catch (error) {
      this.#fail(job, messageOf(error));
    }
  }

  #fail(job: number, failure: string): void {
    this.#tools.tell({
      kind: "failed",
      job,
      status: "INTERNAL",
      failure: `Cannot search: ${failure}`,
    });
  }
}

/** A cache file may have been replaced since this replica mapped it. */
function graphOrError(notice: GraphNotice): CsrGraph | Error {
  try {
    return receiveGraph(notice);
  } catch (error) {
    return new Error(messageOf(error), { cause: error });
  }
}
