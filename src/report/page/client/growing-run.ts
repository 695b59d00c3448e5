import { limits } from "../../../base/limits.ts";
import type { LiveRun, LiveUpdate } from "../live-update.ts";
import {
  attemptShape,
  outcomes,
  type PageFacts,
  type PageFault,
  type PageFlow,
  type PageGap,
  requestShape,
  type StateSpan,
} from "../page-shape.ts";
import type { Run } from "./read-page.ts";
import { RecentRows } from "./recent-rows.ts";
import { type SecondFigures, secondBuckets } from "./second-buckets.ts";
import type { TimeBuckets } from "./time-buckets.ts";
import type { TimeSpan } from "./time-view.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A run that is on, as its updates tell it second by second. */
export class GrowingRun implements Run {
  readonly facts: PageFacts;
  requests: Run["requests"];
  attempts: Run["attempts"];
  readonly #toldRequests = new RecentRows(requestShape, limits.liveRowMaxCount);
  readonly #toldAttempts = new RecentRows(attemptShape, limits.liveRowMaxCount);
  readonly #seconds: SecondFigures[] = [];
  readonly #errors: string[] = [];
  readonly #faults: Mutable<PageFault>[] = [];
  /** Faults that were not undone yet; a crash is over at once. */
  readonly #openFaults = new Set<Mutable<PageFault>>();
  readonly #states: Mutable<StateSpan>[] = [];
  readonly #gaps: PageGap[] = [];
  readonly #flows: PageFlow[] = [];
  /** By replica: the state that it is in. */
  readonly #openStates: (Mutable<StateSpan> | undefined)[] = [];
  #toUs = 1e6;

  constructor({ run, startUs, utcOffset, replicas: endpoints }: LiveRun) {
    this.requests = this.#toldRequests.table;
    this.attempts = this.#toldAttempts.table;
    this.facts = {
      runs: [{ run, numberBase: 0 }],
      ...{ startUs, fromUs: 0, toUs: this.#toUs, endpoints, outages: [] },
      utcOffsetMinutes: offsetMinutes(utcOffset),
      errors: this.#errors,
      faults: this.#faults,
      states: this.#states,
      gaps: this.#gaps,
      flows: this.#flows,
    };
  }

  /** All of it, up to the end of the last second that was told. */
  get whole(): TimeSpan {
    return { fromUs: 0, toUs: this.#toUs };
  }

  stateOf(replica: number): string | undefined {
    return this.#openStates[replica]?.state;
  }

  lacksOne(replicas: readonly string[]): boolean {
    return replicas.some((name) => !this.facts.endpoints.includes(name));
  }

  buckets(shown: TimeSpan): TimeBuckets {
    return secondBuckets(this.#seconds, shown, this.facts.endpoints.length);
  }

  apply(update: LiveUpdate): void {
    const { second, okByReplica, lost, p50Us, p99Us } = update;
    this.#seconds.push({ second, okByReplica, lost, p50Us, p99Us });
    this.#toUs = Math.max(this.#toUs, (second + 1) * 1e6);
    this.#addRequests(update);
    this.#addAttempts(update);
    for (const change of update.states) this.#addState(change);
    for (const fault of update.faults) this.#addFault(fault);
    for (const gap of update.gaps) this.#addGap(gap);
    if (update.streams !== null) this.#addFlow(update.second, update.streams.items);
    for (const open of [...this.#openFaults, ...this.#openStates]) {
      if (open !== undefined) open.toUs = this.#toUs;
    }
  }

  #since(tUs: number): number {
    return tUs - this.facts.startUs;
  }

  #addRequests({ requests }: LiveUpdate): void {
    for (const [row, number] of requests.number.entries()) {
      const outcome = outcomes.findIndex((name) => name === (requests.outcome[row] ?? ""));
      this.#toldRequests.append({
        number,
        endedUs: this.#since(requests.endUs[row] ?? 0),
        latencyUs: requests.latencyUs[row] ?? 0,
        endpointPlus1: (requests.replica[row] ?? -1) + 1,
        attempts: requests.attempts[row] ?? 0,
        outcome,
      });
    }
    this.requests = this.#toldRequests.table;
  }

  #addAttempts({ attempts }: LiveUpdate): void {
    for (const { number, endUs, serviceUs, replica, error, isLate } of attempts) {
      if (!this.#errors.includes(error)) this.#errors.push(error);
      this.#toldAttempts.append({
        ...{ number, endedUs: this.#since(endUs), serviceUs, endpoint: replica },
        ...{ error: this.#errors.indexOf(error), isLate: isLate ? 1 : 0 },
      });
    }
    this.attempts = this.#toldAttempts.table;
  }

  #addState({ tUs, replica, state, cause }: LiveUpdate["states"][number]): void {
    const fromUs = this.#since(tUs);
    const before = this.#openStates[replica];
    if (before !== undefined) before.toUs = fromUs;
    const span = { endpoint: replica, state, cause, fromUs, toUs: fromUs };
    this.#openStates[replica] = span;
    this.#states.push(span);
  }

  #addGap({ tUs, gapUs, from, to }: LiveUpdate["gaps"][number]): void {
    const toUs = this.#since(tUs);
    this.#gaps.push({ fromUs: toUs - gapUs, toUs, from, to });
    if (this.#gaps.length > limits.liveRowMaxCount) this.#gaps.splice(0, this.#gaps.length / 2);
  }

  #addFlow(second: number, items: number): void {
    this.#flows.push({ fromUs: second * 1e6, toUs: (second + 1) * 1e6, items });
  }

  #addFault({ tUs, replica, fault, phase }: LiveUpdate["faults"][number]): void {
    const atUs = this.#since(tUs);
    const isIt = (open: PageFault) => open.endpoint === replica && open.fault === fault;
    if (phase === "begin") {
      const begun = { endpoint: replica, fault, fromUs: atUs, toUs: atUs };
      this.#faults.push(begun);
      if (fault !== "crash") this.#openFaults.add(begun);
      return;
    }
    for (const open of this.#openFaults) {
      if (!isIt(open)) continue;
      open.toUs = atUs;
      this.#openFaults.delete(open);
    }
  }
}

/** `+05:30` is 330. */
function offsetMinutes(utcOffset: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(utcOffset) ?? [];
  const size = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  return sign === "-" ? -size : size;
}
