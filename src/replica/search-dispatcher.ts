import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { searchMemoryBytes } from "../graph/depth-first-search.ts";
import type { Graph } from "../graph/graph.ts";
import type { SearchPlan } from "../graph/search-plan.ts";
import { walkMemoryBytes } from "../graph/walk.ts";
import { isSmall } from "./graph-size.ts";
import { JobBounds } from "./job-bounds.ts";
import { LanePool, type OpenedLane } from "./lane-pool.ts";
import type { Refusal } from "./refusal.ts";
import { inlineLane, type OpenLane } from "./search-lane.ts";
import type { SearchNews, SearchOrder } from "./search-messages.ts";

export interface DispatcherOptions {
  readonly clock: Clock;
  /** Threads beside this one; each is started when there is work for it. */
  readonly threadCount: number;
  readonly openThread: OpenLane;
}

export type OnNews = (news: SearchNews) => void;

/** A search or a traversal under way. */
export interface RunningJob {
  /** One more batch may be sent; `buffer` is free. */
  credit(buffer: ArrayBuffer | undefined): void;
  /** Nothing more is told of it. */
  cancel(): void;
}

interface Job {
  readonly job: number;
  readonly graph: Graph;
  readonly bounds: JobBounds;
  readonly bytes: number;
  order(graph: number): SearchOrder;
  readonly onNews: OnNews;
  /** Undefined while it waits. */
  lane: OpenedLane | undefined;
  isCancelled: boolean;
}

/**
 * Spreads searches over threads, within bounds of number and memory. Searches beyond them wait
 * their turn; too many of those, and traversals beyond theirs, are refused with the time after
 * which to ask again. Small graphs are searched in this thread, in turns.
 */
export class SearchDispatcher {
  readonly #clock: Clock;
  readonly #threads: LanePool;
  readonly #inline: LanePool;
  readonly #searches: JobBounds;
  readonly #traversals = new JobBounds({
    maxCount: limits.traversalMaxCount,
    maxBytes: limits.traversalMemoryMaxBytes,
  });
  readonly #queue = new Set<Job>();
  #lastJob = 0;

  constructor({ clock, threadCount, openThread }: DispatcherOptions) {
    this.#clock = clock;
    this.#threads = new LanePool(threadCount, openThread);
    this.#inline = new LanePool(1, (events) => inlineLane(clock, events));
    this.#searches = new JobBounds({
      maxCount: threadCount * limits.searchesPerThreadMaxCount,
      maxBytes: limits.searchMemoryMaxBytes,
    });
  }

  /** Told: one `found` or `failed`. */
  search(
    graph: Graph,
    asked: { readonly plan: SearchPlan; readonly withPath: boolean },
    onNews: OnNews,
  ): RunningJob | Refusal {
    const bytesOf = asked.withPath ? walkMemoryBytes : searchMemoryBytes;
    const job = this.#job(graph, this.#searches, bytesOf(graph.vertexCount), onNews, (base) => ({
      kind: "search",
      ...base,
      ...asked,
    }));
    if (this.#searches.hasRoomFor(job.bytes)) return this.#start(job);
    if (this.#queue.size >= limits.searchQueueMaxCount) {
      return this.#refuse(
        this.#searches,
        `${this.#queue.size} searches wait already, as many as may wait here`,
      );
    }
    this.#queue.add(job);
    return this.#handle(job);
  }

  /** Told: `batch` as often as there is credit, then one `ended` or `failed`. */
  traverse(
    graph: Graph,
    asked: {
      readonly plan: SearchPlan;
      readonly skipCount: number;
      readonly batchMaxCount: number;
    },
    onNews: OnNews,
  ): RunningJob | Refusal {
    const bytes = walkMemoryBytes(graph.vertexCount);
    const job = this.#job(graph, this.#traversals, bytes, onNews, (base) => ({
      kind: "traverse",
      ...base,
      ...asked,
      creditCount: limits.traversalCreditCount,
    }));
    if (this.#traversals.hasRoomFor(bytes)) return this.#start(job);
    return this.#refuse(
      this.#traversals,
      "as many traversals are under way as this replica has room for",
    );
  }

  /** `graph` will not be searched again. */
  forget(graph: Graph): void {
    this.#threads.forget(graph);
    this.#inline.forget(graph);
  }

  /** Ends the threads; nothing is told any more. */
  close(): void {
    this.#queue.clear();
    this.#threads.close();
    this.#inline.close();
  }

  #job(
    graph: Graph,
    bounds: JobBounds,
    bytes: number,
    onNews: OnNews,
    order: (base: { readonly job: number; readonly graph: number }) => SearchOrder,
  ): Job {
    const job = ++this.#lastJob;
    return {
      ...{ job, graph, bounds, bytes, onNews, lane: undefined, isCancelled: false },
      order: (number) => order({ job, graph: number }),
    };
  }

  #start(job: Job): RunningJob {
    const { bounds, bytes, graph } = job;
    bounds.enter(bytes);
    bounds.estimate.begin(job.job, this.#clock.nowUs());
    const pool = isSmall(graph) ? this.#inline : this.#threads;
    job.lane = pool.start(job.job, graph, job.order, (news) => this.#take(job, news));
    return this.#handle(job);
  }

  #take(job: Job, news: SearchNews): void {
    if (news.kind !== "batch") {
      job.bounds.leave(job.bytes);
      const isWhole = news.kind === "found" || news.kind === "ended";
      job.bounds.estimate.end(job.job, this.#clock.nowUs(), isWhole);
      this.#startWaiting();
    }
    if (!job.isCancelled) job.onNews(news);
  }

  #startWaiting(): void {
    for (const job of this.#queue) {
      if (!this.#searches.hasRoomFor(job.bytes)) return;
      this.#queue.delete(job);
      this.#start(job);
    }
  }

  #handle(job: Job): RunningJob {
    return {
      credit(buffer) {
        const transfer = buffer === undefined ? [] : [buffer];
        job.lane?.lane.post({ kind: "credit", job: job.job, buffer }, transfer);
      },
      cancel: () => {
        if (job.isCancelled) return;
        job.isCancelled = true;
        if (!this.#queue.delete(job)) job.lane?.lane.post({ kind: "cancel", job: job.job });
      },
    };
  }

  #refuse({ estimate }: JobBounds, reason: string): Refusal {
    const pushbackMs = estimate.pushbackMs(this.#clock.nowUs());
    const message = `This replica is busy: ${reason}; ask again in ${pushbackMs} ms`;
    return { status: "RESOURCE_EXHAUSTED", message, pushbackMs };
  }
}
