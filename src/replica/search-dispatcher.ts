import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { searchMemoryBytes } from "../graph/depth-first-search.ts";
import type { Graph } from "../graph/graph.ts";
import type { SearchPlan } from "../graph/search-plan.ts";
import { walkMemoryBytes } from "../graph/walk.ts";
import { isSmall } from "./graph-size.ts";
import { JobBounds } from "./job-bounds.ts";
import { LanePool, type OpenedLane } from "./lane-pool.ts";
import { ReaderWatch } from "./reader-watch.ts";
import type { Refusal } from "./refusal.ts";
import { inlineLane, type OpenLane } from "./search-lane.ts";
import type { SearchNews, SearchOrder } from "./search-messages.ts";

export interface DispatcherOptions {
  readonly clock: Clock;
  /** Threads beside this one; each is started when there is work for it. */
  readonly threadCount: number;
  readonly openThread: OpenLane;
  /** Searches that may wait, and traversals that may be under way at once. */
  readonly queueMaxCount?: number;
  readonly traversalMaxCount?: number;
}

/** What is under way, and what waits. */
export interface JobCounts {
  readonly searchesRunning: number;
  readonly searchesQueued: number;
  readonly traversals: number;
}

export type OnNews = (news: SearchNews) => void;

/** The traversal has given up its place; nothing more is told of it. */
export type OnEvicted = (refusal: Refusal) => void;

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
  readonly reader: ReaderWatch;
  /** Undefined while it waits. */
  lane: OpenedLane | undefined;
  /** It counts against its bounds. */
  isCounted: boolean;
  isCancelled: boolean;
}

interface Traversal {
  readonly job: Job;
  readonly onEvicted: OnEvicted;
}

/**
 * Spreads searches over threads, within bounds of number and memory. Searches beyond them wait
 * their turn; too many of those, and traversals beyond theirs, are refused with the time after
 * which to ask again. A traversal whose reader has stopped holds its place only while nobody else
 * wants it. Small graphs are searched in this thread, in turns.
 */
export class SearchDispatcher {
  readonly #clock: Clock;
  readonly #threads: LanePool;
  readonly #inline: LanePool;
  readonly #searches: JobBounds;
  readonly #traversals: JobBounds;
  /** Those that count against their bounds. */
  readonly #traversing = new Map<number, Traversal>();
  readonly #queue = new Set<Job>();
  readonly #queueMaxCount: number;
  #lastJob = 0;

  constructor({ clock, threadCount, openThread, ...bounds }: DispatcherOptions) {
    this.#clock = clock;
    this.#queueMaxCount = bounds.queueMaxCount ?? limits.searchQueueMaxCount;
    this.#traversals = new JobBounds({
      maxCount: bounds.traversalMaxCount ?? limits.traversalMaxCount,
      maxBytes: limits.traversalMemoryMaxBytes,
    });
    this.#threads = new LanePool(threadCount, openThread);
    this.#inline = new LanePool(1, (events) => inlineLane(clock, events));
    this.#searches = new JobBounds({
      maxCount: threadCount * limits.searchesPerThreadMaxCount,
      maxBytes: limits.searchMemoryMaxBytes,
    });
  }

  get counts(): JobCounts {
    return {
      searchesRunning: this.#searches.count,
      searchesQueued: this.#queue.size,
      traversals: this.#traversals.count,
    };
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
    if (this.#queue.size >= this.#queueMaxCount) {
      return refused(
        `${this.#queue.size} searches wait already, as many as may wait here`,
        this.#searches.estimate.pushbackMs(this.#clock.nowUs()),
      );
    }
    this.#queue.add(job);
    return this.#handle(job);
  }

  /** Told: `batch` as often as there is credit, then one `ended` or `failed`, or onEvicted(). */
  traverse(
    graph: Graph,
    asked: {
      readonly plan: SearchPlan;
      readonly skipCount: number;
      readonly batchMaxCount: number;
    },
    onNews: OnNews,
    onEvicted: OnEvicted,
  ): RunningJob | Refusal {
    const bytes = walkMemoryBytes(graph.vertexCount);
    const job = this.#job(graph, this.#traversals, bytes, onNews, (base) => ({
      kind: "traverse",
      ...base,
      ...asked,
      creditCount: limits.traversalCreditCount,
    }));
    if (!this.#makeRoom(bytes)) {
      const reason = "as many traversals are under way as this replica has room for";
      return refused(reason, this.#traversalPushbackMs());
    }
    this.#traversing.set(job.job, { job, onEvicted });
    return this.#start(job);
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
      ...{ job, graph, bounds, bytes, onNews, reader: new ReaderWatch() },
      ...{ lane: undefined, isCounted: false, isCancelled: false },
      order: (number) => order({ job, graph: number }),
    };
  }

  #start(job: Job): RunningJob {
    const { bounds, bytes, graph } = job;
    bounds.enter(bytes);
    job.isCounted = true;
    bounds.estimate.begin(job.job, this.#clock.nowUs());
    const pool = isSmall(graph) ? this.#inline : this.#threads;
    job.lane = pool.start(job.job, graph, job.order, (news) => this.#take(job, news));
    return this.#handle(job);
  }

  #take(job: Job, news: SearchNews): void {
    if (news.kind === "batch") job.reader.sent(this.#clock.nowUs());
    else this.#leave(job, news.kind === "found" || news.kind === "ended");
    if (!job.isCancelled) job.onNews(news);
  }

  #leave(job: Job, isWhole: boolean): void {
    if (!job.isCounted) return;
    job.isCounted = false;
    this.#traversing.delete(job.job);
    job.bounds.leave(job.bytes);
    job.bounds.estimate.end(job.job, this.#clock.nowUs(), isWhole);
    this.#startWaiting();
  }

  /**
   * Whether there is room for one more traversal, if need be after those whose readers have stopped
   * for longest have given up theirs. Their memory is free as soon as their threads look up.
   */
  #makeRoom(bytes: number): boolean {
    const nowUs = this.#clock.nowUs();
    const stalledMs = ({ job }: Traversal) => job.reader.stalledMs(nowUs);
    const stalled = [...this.#traversing.values()]
      .filter((traversal) => stalledMs(traversal) >= limits.traversalStalledMs)
      .sort((one, other) => stalledMs(other) - stalledMs(one));
    const bytesOf = (traversals: readonly Traversal[]) => traversals.map(({ job }) => job.bytes);
    for (let count = 0; count <= stalled.length; count++) {
      const leaving = stalled.slice(0, count);
      if (!this.#traversals.hasRoomFor(bytes, bytesOf(leaving))) continue;
      for (const traversal of leaving) this.#evict(traversal, stalledMs(traversal));
      return true;
    }
    return false;
  }

  #evict({ job, onEvicted }: Traversal, stalledMs: number): void {
    this.#leave(job, false);
    this.#cancel(job);
    const why =
      `others wanted this traversal's place, and its reader had taken nothing for ` +
      `${Math.round(stalledMs)} ms; go on with resume_after`;
    // By the time it reads this, it may have been long.
    onEvicted(refused(why, limits.pushbackMinMs));
  }

  /** When the first traversal is likely to end, or may be made to. */
  #traversalPushbackMs(): number {
    const nowUs = this.#clock.nowUs();
    const stalledMs = [...this.#traversing.values()].map(({ job }) => job.reader.stalledMs(nowUs));
    const evictionMs = Math.ceil(limits.traversalStalledMs - Math.max(...stalledMs));
    const pushbackMs = Math.min(this.#traversals.estimate.pushbackMs(nowUs), evictionMs);
    return Math.max(pushbackMs, limits.traversalPushbackMinMs);
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
      credit: (buffer) => {
        job.reader.took(this.#clock.nowUs());
        const transfer = buffer === undefined ? [] : [buffer];
        job.lane?.lane.post({ kind: "credit", job: job.job, buffer }, transfer);
      },
      cancel: () => this.#cancel(job),
    };
  }

  #cancel(job: Job): void {
    if (job.isCancelled) return;
    job.isCancelled = true;
    if (!this.#queue.delete(job)) job.lane?.lane.post({ kind: "cancel", job: job.job });
  }
}

function refused(reason: string, pushbackMs: number): Refusal {
  const message = `This replica is busy: ${reason}; ask again in ${pushbackMs} ms`;
  return { status: "RESOURCE_EXHAUSTED", message, pushbackMs };
}
