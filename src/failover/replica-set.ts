import type { CancelTimer, Clock } from "../base/clock.ts";
import type { Endpoint } from "../base/endpoint.ts";
import { assert } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { Channel, ChannelState } from "../rpc/channel.ts";
import { isAnswer } from "../rpc/status.ts";
import type { ReplicaView } from "./policy.ts";
import { nextReplicaState, type ReplicaSign, type ReplicaState } from "./replica-state.ts";

export interface ReplicaSetOptions {
  readonly endpoints: readonly Endpoint[];
  readonly openChannel: (endpoint: Endpoint) => Channel;
  readonly clock: Clock;
  readonly onChange?: (change: ReplicaChange) => void;
}

/** A replica's state changed, seen at `tUs`. */
export interface ReplicaChange {
  readonly tUs: number;
  readonly endpoint: Endpoint;
  readonly state: ReplicaState;
  readonly cause: string;
}

/** An attempt that is open on a replica, as far as the replica's state concerns it. */
export interface OpenAttempt {
  /** Its replica has just become suspect. */
  onSuspect(): void;
  /** Its connection was given up for its silence, and the replica has answered over the next. */
  onAdrift(): void;
}

/** Of what an attempt is one. */
export type AttemptKind = "request" | "stream";

interface Replica {
  readonly channel: Channel;
  readonly open: Set<OpenAttempt>;
  /** How many of those are of streams. */
  openStreamCount: number;
  state: ReplicaState;
  isProbed: boolean;
  /** Calls off the pause before the next probe. */
  cancelPause: CancelTimer;
  /** It has asked to be spared until then. */
  sparedUntilUs: number;
  /** It has refused a request, and comes last until then. */
  refusesUntilUs: number;
  /** Its last answer, to an attempt or to a probe. */
  heardUs: number;
  /** What was open when its connection was given up for its silence. */
  adrift: readonly OpenAttempt[];
}

/**
 * The replicas, what is known of each, and the probes that find out more. A replica that does not
 * answer is probed in the background: the channel reconnects by itself, and one call to a method
 * that does not exist (it executes nothing on any server) stays outstanding until the replica
 * answers.
 */
export class ReplicaSet {
  readonly #replicas: readonly Replica[];
  readonly #clock: Clock;
  readonly #onChange: (change: ReplicaChange) => void;
  readonly #waiting = new Set<() => void>();
  #closed = false;

  constructor(options: ReplicaSetOptions) {
    assert(options.endpoints.length > 0, "a replica set has at least one endpoint");
    this.#clock = options.clock;
    this.#onChange = options.onChange ?? (() => undefined);
    this.#replicas = options.endpoints.map((endpoint) => ({
      channel: options.openChannel(endpoint),
      open: new Set(),
      openStreamCount: 0,
      state: "probing",
      isProbed: false,
      cancelPause: () => undefined,
      sparedUntilUs: 0,
      refusesUntilUs: 0,
      heardUs: Number.NEGATIVE_INFINITY,
      adrift: [],
    }));
    for (const replica of this.#replicas) this.#follow(replica);
  }

  /**
   * What a policy chooses by. Requests are counted against requests, streams against streams: one
   * stream may last for days, and would repel every request from its replica whenever the others
   * are idle, though it may do nothing most of the time. What it does cost shows all the same: the
   * requests beside it take longer, and are in flight for longer.
   */
  views(kind: AttemptKind): readonly ReplicaView[] {
    const nowUs = this.#clock.nowUs();
    return this.#replicas.map((replica) => ({
      state: replica.state,
      inFlight:
        kind === "stream" ? replica.openStreamCount : replica.open.size - replica.openStreamCount,
      takesRequests: replica.channel.state !== "draining" && replica.sparedUntilUs <= nowUs,
      refuses: replica.refusesUntilUs > nowUs,
    }));
  }

  state(index: number): ReplicaState {
    return this.#at(index).state;
  }

  get someHealthy(): boolean {
    return this.#replicas.some(({ state }) => state === "healthy");
  }

  channel(index: number): Channel {
    return this.#at(index).channel;
  }

  /** From now on the attempt counts as in flight there; returns how to end that, once. */
  enter(index: number, attempt: OpenAttempt, kind: AttemptKind): () => void {
    const replica = this.#at(index);
    const streamCount = kind === "stream" ? 1 : 0;
    replica.open.add(attempt);
    replica.openStreamCount += streamCount;
    return () => {
      replica.open.delete(attempt);
      replica.openStreamCount -= streamCount;
    };
  }

  /** Tells what an attempt on a replica showed. */
  observe(index: number, sign: ReplicaSign, cause: string): void {
    this.#sign(this.#at(index), sign, cause);
  }

  /** Asks a healthy replica for a sign of life, unless it is being asked already. */
  check(index: number): void {
    const replica = this.#at(index);
    if (replica.state === "healthy" && replica.channel.state === "ready") this.#probe(replica);
  }

  heardSince(index: number, sinceUs: number): boolean {
    return this.#at(index).heardUs >= sinceUs;
  }

  /** Since its last answer to anything; infinite: it has never answered. */
  quietMs(index: number): number {
    return (this.#clock.nowUs() - this.#at(index).heardUs) / 1000;
  }

  /** The replica has asked for a pause. */
  spare(index: number, pauseMs: number): void {
    this.#at(index).sparedUntilUs = this.#clock.nowUs() + pauseMs * 1000;
  }

  /** The replica has answered a request with a status that asks for another replica. */
  refused(index: number): void {
    this.#at(index).refusesUntilUs = this.#clock.nowUs() + limits.refusalPauseMs * 1000;
  }

  /**
   * Calls back once: when a replica becomes healthy; when one already is, after a short pause at
   * the latest. Returns how to call that off.
   */
  onceOneReturns(action: () => void): CancelTimer {
    const leave = () => {
      this.#waiting.delete(release);
      cancelPause();
    };
    const release = () => {
      leave();
      action();
    };
    const cancelPause = this.someHealthy
      ? this.#clock.after(limits.allOutPauseMs, release)
      : () => undefined;
    this.#waiting.add(release);
    return leave;
  }

  close(): void {
    this.#closed = true;
    for (const replica of this.#replicas) {
      replica.cancelPause();
      replica.channel.close();
    }
  }

  #at(index: number): Replica {
    const replica = this.#replicas[index];
    assert(replica !== undefined, `replica ${index} exists`);
    return replica;
  }

  #follow(replica: Replica): void {
    let previous: ChannelState = "idle";
    replica.channel.onStateChange((state) => {
      const wasUp = previous === "ready" || previous === "draining";
      previous = state;
      if (state === "ready") this.#sign(replica, "connected", "connected");
      else if (state === "broken") {
        this.#sign(replica, "broken", wasUp ? "connection lost" : "no connection");
      } else if (wasUp && state !== "draining") this.#sign(replica, "broken", "connection lost");
    });
    replica.channel.connect();
  }

  #sign(replica: Replica, sign: ReplicaSign, cause: string): void {
    if (this.#closed) return;
    if (sign === "broken") replica.cancelPause();
    if (sign === "answered") replica.heardUs = this.#clock.nowUs();
    const before = replica.state;
    const state = nextReplicaState(before, sign);
    replica.state = state;
    if (state !== before) {
      const { endpoint } = replica.channel;
      this.#onChange({ tUs: this.#clock.nowUs(), endpoint, state, cause });
      if (state === "suspect") for (const attempt of [...replica.open]) attempt.onSuspect();
      if (state === "healthy") this.#releaseWaiting();
    }
    if (replica.state !== "healthy" && replica.channel.state === "ready") this.#probe(replica);
  }

  #releaseWaiting(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const action of waiting) action();
  }

  #probe(replica: Replica): void {
    if (replica.isProbed) return;
    replica.cancelPause();
    replica.isProbed = true;
    replica.channel.unary(
      {
        path: "/dfs.failover.Probe/Nothing",
        request: new Uint8Array(),
        timeoutMs: limits.probeTimeoutMs,
      },
      ({ status }) => {
        replica.isProbed = false;
        if (status === "OK" || isAnswer(status)) this.#onProbeAnswer(replica);
        else if (status === "DEADLINE_EXCEEDED") this.#giveUpConnection(replica);
        // A server that is overloaded, or a proxy without one, says so on a good connection.
        else if (replica.channel.state === "ready") this.#probeLater(replica);
      },
    );
  }

  /** Nobody spoke for so long: the process is suspended, or the connection leads nowhere. */
  #giveUpConnection(replica: Replica): void {
    replica.adrift = [...replica.open];
    replica.channel.renew();
    this.#sign(replica, "silent", "probe");
  }

  #onProbeAnswer(replica: Replica): void {
    this.#sign(replica, "answered", "probe");
    const { adrift } = replica;
    replica.adrift = [];
    for (const attempt of adrift) attempt.onAdrift();
  }

  #probeLater(replica: Replica): void {
    replica.cancelPause = this.#clock.after(limits.allOutPauseMs, () => {
      if (replica.state !== "healthy" && replica.channel.state === "ready") this.#probe(replica);
    });
  }
}
