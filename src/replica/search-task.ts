import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import type { CsrGraph } from "../graph/csr-graph.ts";
import { DepthFirstSearch, type SearchResult } from "../graph/depth-first-search.ts";
import type { SearchPlan } from "../graph/search-plan.ts";
import { Walk } from "../graph/walk.ts";
import { walkBuffer, walkColumns } from "../graph/walk-columns.ts";
import type { SearchMemory } from "./search-memory.ts";
import type { SearchJob, SearchNews, SearchOutcome } from "./search-messages.ts";

/**
 * Whether a task can go on at once, waits for its reader to take what it has told, or is done.
 */
export type TaskState = "ready" | "waiting" | "over";

/** A search among others of its thread, taken on a turn at a time. */
export interface Task {
  readonly job: number;
  /** Works until `untilUs`, and a slice longer at most. */
  turn(untilUs: number): TaskState;
  /** Its memory is free for others; called exactly once, whatever became of it. */
  close(): void;
}

export interface TaskTools {
  readonly memory: SearchMemory;
  readonly clock: Clock;
  tell(news: SearchNews, transfer?: readonly ArrayBuffer[]): void;
}

/** RunDFS: a search of which the end alone is told. */
export class SearchTask implements Task {
  readonly job: number;
  readonly #tools: TaskTools;
  readonly #search: SlicedSearch;
  #workedUs = 0;

  constructor(order: SearchJob, graph: CsrGraph, tools: TaskTools) {
    this.job = order.job;
    this.#tools = tools;
    this.#search = slicedSearch(graph, order, tools.memory);
  }

  turn(untilUs: number): TaskState {
    const { clock, tell } = this.#tools;
    const beganUs = clock.nowUs();
    let nowUs = beganUs;
    let isOver = false;
    while (!isOver && nowUs < untilUs) {
      isOver = this.#search.advance();
      nowUs = clock.nowUs();
    }
    this.#workedUs += nowUs - beganUs;
    if (!isOver) return "ready";
    const result = { ...this.#search.outcome(), runtimeMs: this.#workedUs / 1000 };
    tell({ kind: "found", job: this.job, result });
    return "over";
  }

  close(): void {
    this.#search.close();
  }
}

export interface AskedSearch {
  readonly plan: SearchPlan;
  /** Answer the path to the target too. */
  readonly withPath: boolean;
}

/** The same from beginning to end at once, for small graphs. */
export function searchNow(
  graph: CsrGraph,
  asked: AskedSearch,
  memory: SearchMemory,
  clock: Clock,
): SearchOutcome {
  const search = slicedSearch(graph, asked, memory);
  try {
    const beganUs = clock.nowUs();
    while (!search.advance());
    return { ...search.outcome(), runtimeMs: (clock.nowUs() - beganUs) / 1000 };
  } finally {
    search.close();
  }
}

interface SlicedSearch {
  /** One slice; true: the search is over. */
  advance(): boolean;
  outcome(): SearchResult & { readonly path: Uint32Array | undefined };
  close(): void;
}

function slicedSearch(graph: CsrGraph, asked: AskedSearch, memory: SearchMemory): SlicedSearch {
  return (asked.withPath ? pathSearch : bareSearch)(graph, asked.plan, memory);
}

function bareSearch(graph: CsrGraph, plan: SearchPlan, memory: SearchMemory): SlicedSearch {
  const scratch = memory.takeScratch();
  const search = new DepthFirstSearch(graph, scratch, plan);
  return {
    advance: () => search.advance(limits.searchSliceStepCount),
    outcome: () => ({ ...search.result, path: undefined }),
    close: () => memory.giveScratch(scratch),
  };
}

/** Entries of the columns that a search for a path fills again and again, and nobody reads. */
const unreadLength = 2048;

function pathSearch(graph: CsrGraph, plan: SearchPlan, memory: SearchMemory): SlicedSearch {
  const own = memory.takeWalkMemory();
  const walk = new Walk(graph, own, plan);
  const unread = walkColumns(walkBuffer(unreadLength));
  return {
    advance() {
      walk.fill(unread, 0, unreadLength, limits.searchSliceStepCount);
      return walk.isOver;
    },
    outcome() {
      const { found, visitedCount } = walk;
      return { found, visitedCount, path: found ? walk.path() : undefined };
    },
    close: () => memory.giveWalkMemory(own),
  };
}
