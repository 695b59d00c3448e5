import { limits } from "../base/limits.ts";
import type {
  FlowRecord,
  GapRecord,
  LedgerRecord,
  OkRecord,
  RequestRecord,
  RunRecord,
  StreamRecord,
} from "../ledger/record.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import type {
  LiveAttempt,
  LiveFault,
  LiveGap,
  LiveRestart,
  LiveRun,
  LiveState,
  LiveStreams,
  LiveTotals,
  LiveUpdate,
} from "../report/page/live-update.ts";
import { percentile } from "../report/percentile.ts";
import { type EndedRequest, sampleRequests } from "./request-sample.ts";
import { noStreams, streamsAfter } from "./stream-totals.ts";

/** Who is told: each second that is over, and the begin, again when a replica has come. */
export interface LiveFeedReader {
  begin(run: LiveRun): void;
  update(update: LiveUpdate): void;
}

const secondUs = 1_000_000;

/**
 * Takes a run's records as they happen, of the client's ledger and of any other that concerns it,
 * and tells each second once it is over. What is kept is one second, whatever the run's length.
 */
export class LiveFeed implements LedgerSink {
  readonly #told: LiveFeedReader;
  #run: LiveRun | undefined;
  #second = 0;
  readonly #totals = { scheduled: 0, ok: 0, wrong: 0, failed: 0, indeterminate: 0, inFlight: 0 };
  #ended: EndedRequest[] = [];
  #attempts: LiveAttempt[] = [];
  #states: LiveState[] = [];
  #faults: LiveFault[] = [];
  #restarts: LiveRestart[] = [];
  #gaps: LiveGap[] = [];
  #streams: LiveStreams | null = null;
  #newReplicas: string[] = [];

  constructor(told: LiveFeedReader) {
    this.#told = told;
  }

  append(record: LedgerRecord): void {
    if (record.kind === "run") {
      this.#begin(record);
      return;
    }
    if (this.#run === undefined) return;
    // One that comes late, from another ledger, counts in the second that runs.
    this.pass(record.tUs);
    switch (record.kind) {
      case "ok":
        this.#totals.ok++;
        this.#add(record, record.latencyUs, "ok");
        break;
      case "request":
        this.#totals[record.outcome]++;
        this.#add(record, record.elapsedUs, record.outcome);
        break;
      case "attempt": {
        const { tUs, serviceUs, error } = record;
        const what = { number: numberOf(record.request), endUs: tUs, serviceUs, error };
        const replica = this.#replicaAt(record.endpoint);
        bounded(this.#attempts, { ...what, replica, isLate: record.ended === "late" });
        break;
      }
      case "tick":
        this.#totals.scheduled += record.scheduled;
        this.#totals.inFlight = record.inFlight;
        break;
      case "replica": {
        const { tUs, state, cause } = record;
        this.#meet(record.endpoint);
        bounded(this.#states, { tUs, replica: this.#replicaAt(record.endpoint), state, cause });
        break;
      }
      case "fault": {
        const { tUs, port, fault, phase } = record;
        bounded(this.#faults, { tUs, replica: this.#replicaOn(port), port, fault, phase });
        break;
      }
      case "restart": {
        const { tUs, after } = record;
        bounded(this.#restarts, { tUs, replica: this.#replicaAt(record.endpoint), after });
        break;
      }
      case "stream":
      case "gap":
      case "flow":
        this.#addOfStreams(record);
        break;
    }
  }

  /** Tells the second that was running if it is over by then; of one not told there was nothing. */
  pass(nowUs: number): void {
    if (this.#run === undefined) return;
    const second = Math.floor((nowUs - this.#run.startUs) / secondUs);
    if (second <= this.#second) return;
    this.#tellSecond();
    this.#second = second;
  }

  /** Tells what is left of the second that runs. */
  finish(): void {
    if (this.#run !== undefined) this.#tellSecond();
  }

  #begin(header: RunRecord): void {
    if (header.command !== "load") return;
    const { run, tUs, version, utcOffset, config } = header;
    const replicas = (config["replicas"] ?? "").split(",").filter((endpoint) => endpoint !== "");
    this.#run = { run, startUs: tUs, version, utcOffset, config, replicas };
    this.#told.begin(this.#run);
  }

  #addOfStreams(record: StreamRecord | GapRecord | FlowRecord): void {
    this.#streams = streamsAfter(this.#streams ?? noStreams, record);
    if (record.kind !== "gap") return;
    const { tUs, gapUs, items, error } = record;
    const [from, to] = [record.from, record.to].map((endpoint) => this.#replicaAt(endpoint));
    const number = numberOf(record.stream.replace(/s(?=\d+$)/, ""));
    bounded(this.#gaps, { tUs, gapUs, number, from: from ?? -1, to: to ?? -1, items, error });
  }

  #add(record: OkRecord | RequestRecord, latencyUs: number, outcome: string): void {
    this.#ended.push({
      number: numberOf(record.request),
      endUs: record.tUs,
      latencyUs,
      replica: this.#replicaAt(record.endpoint),
      attempts: record.attempts,
      outcome,
    });
  }

  #meet(endpoint: string): void {
    if (this.#run === undefined || this.#run.replicas.includes(endpoint)) return;
    this.#run = { ...this.#run, replicas: [...this.#run.replicas, endpoint] };
    this.#newReplicas.push(endpoint);
    this.#told.begin(this.#run);
  }

  #replicaAt(endpoint: string): number {
    return this.#run?.replicas.indexOf(endpoint) ?? -1;
  }

  /** The one replica of this run on that port of this host. */
  #replicaOn(port: number): number {
    const on = this.#run?.replicas.filter((endpoint) => endpoint.endsWith(`:${port}`)) ?? [];
    return on.length === 1 && on[0] !== undefined ? this.#replicaAt(on[0]) : -1;
  }

  /** What has ended was scheduled, though the second in which it was is not over. */
  #totalsSoFar(): LiveTotals {
    const { scheduled, ok, wrong, failed, indeterminate } = this.#totals;
    const endedCount = ok + wrong + failed + indeterminate;
    return { ...this.#totals, scheduled: Math.max(scheduled, endedCount) };
  }

  #tellSecond(): void {
    const ended = this.#ended;
    const ok = ended.filter(({ outcome }) => outcome === "ok");
    const latencies = Float64Array.from(ok, ({ latencyUs }) => latencyUs).sort();
    const okByReplica = (this.#run?.replicas ?? []).map(
      (_, index) => ok.filter(({ replica }) => replica === index).length,
    );
    const update: LiveUpdate = {
      second: this.#second,
      totals: this.#totalsSoFar(),
      newReplicas: this.#newReplicas,
      okByReplica,
      lost: ended.length - ok.length,
      p50Us: percentile(latencies, 0.5),
      p99Us: percentile(latencies, 0.99),
      maxUs: percentile(latencies, 1),
      requests: columns(sampleRequests(ended, limits.liveRequestMaxPerSecond), ended.length),
      attempts: this.#attempts,
      states: this.#states,
      faults: this.#faults,
      restarts: this.#restarts,
      gaps: this.#gaps,
      streams: this.#streams,
    };
    this.#ended = [];
    this.#attempts = [];
    this.#states = [];
    this.#faults = [];
    this.#restarts = [];
    this.#gaps = [];
    this.#newReplicas = [];
    this.#told.update(update);
  }
}

function columns(shown: readonly EndedRequest[], count: number): LiveUpdate["requests"] {
  return {
    count,
    number: shown.map(({ number }) => number),
    endUs: shown.map(({ endUs }) => endUs),
    latencyUs: shown.map(({ latencyUs }) => latencyUs),
    replica: shown.map(({ replica }) => replica),
    attempts: shown.map(({ attempts }) => attempts),
    outcome: shown.map(({ outcome }) => outcome),
  };
}

function numberOf(request: string): number {
  return Number(request.slice(request.lastIndexOf("-") + 1));
}

function bounded<T>(list: T[], item: T): void {
  if (list.length < limits.liveChangeMaxPerSecond) list.push(item);
}
