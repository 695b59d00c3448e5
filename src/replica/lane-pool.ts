import type { Graph } from "../graph/graph.ts";
import { graphNotice } from "./posted-graph.ts";
import type { LaneEvents, OpenLane, SearchLane } from "./search-lane.ts";
import type { SearchNews, SearchOrder } from "./search-messages.ts";

/** A lane that is open, and what it has been told. */
export interface OpenedLane {
  readonly lane: SearchLane;
  readonly knownGraphs: Set<number>;
  /** Its jobs, by number. */
  readonly jobs: Map<number, LaneJob>;
}

interface LaneJob {
  readonly onNews: (news: SearchNews) => void;
}

/** Opens lanes as they are needed, tells each of the graphs it searches, replaces dead ones. */
export class LanePool {
  readonly #open: OpenLane;
  readonly #maxCount: number;
  readonly #lanes = new Set<OpenedLane>();
  readonly #numbers = new WeakMap<Graph, number>();
  #lastNumber = 0;

  constructor(maxCount: number, open: OpenLane) {
    this.#maxCount = maxCount;
    this.#open = open;
  }

  /**
   * Gives `order`, a search of `graph`, to the lane with the fewest jobs. Its news are told until
   * it has ended; the last is `failed`, UNAVAILABLE, when the lane dies.
   */
  start(
    job: number,
    graph: Graph,
    order: (graph: number) => SearchOrder,
    onNews: (news: SearchNews) => void,
  ): OpenedLane {
    const opened = this.#leastBusy();
    const number = this.#numberOf(graph);
    if (!opened.knownGraphs.has(number)) {
      opened.knownGraphs.add(number);
      opened.lane.post({ kind: "graph", graph: number, notice: graphNotice(graph) });
    }
    opened.jobs.set(job, { onNews });
    opened.lane.post(order(number));
    return opened;
  }

  /** No job will ask for `graph` again, as long as it is not started anew. */
  forget(graph: Graph): void {
    const number = this.#numbers.get(graph);
    if (number === undefined) return;
    for (const { lane, knownGraphs } of this.#lanes) {
      if (knownGraphs.delete(number)) lane.post({ kind: "forget", graph: number });
    }
  }

  close(): void {
    for (const { lane } of this.#lanes) lane.close();
    this.#lanes.clear();
  }

  #numberOf(graph: Graph): number {
    const number = this.#numbers.get(graph) ?? ++this.#lastNumber;
    this.#numbers.set(graph, number);
    return number;
  }

  #leastBusy(): OpenedLane {
    const [first] = [...this.#lanes].sort((one, other) => one.jobs.size - other.jobs.size);
    if (first !== undefined && (first.jobs.size === 0 || this.#lanes.size === this.#maxCount)) {
      return first;
    }
    return this.#openLane();
  }

  #openLane(): OpenedLane {
    const jobs = new Map<number, LaneJob>();
    const events: LaneEvents = {
      onNews(news) {
        const listener = jobs.get(news.job);
        if (news.kind !== "batch") jobs.delete(news.job);
        listener?.onNews(news);
      },
      onDeath: (reason) => {
        this.#lanes.delete(opened);
        const orphans = [...jobs];
        jobs.clear();
        for (const [job, { onNews }] of orphans) {
          const failure = `The thread that searched has ended: ${reason}`;
          onNews({ kind: "failed", job, status: "UNAVAILABLE", failure });
        }
      },
    };
    const opened: OpenedLane = { lane: this.#open(events), knownGraphs: new Set(), jobs };
    this.#lanes.add(opened);
    return opened;
  }
}
