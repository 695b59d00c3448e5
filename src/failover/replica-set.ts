import type { CancelTimer, Clock } from "../base/clock.ts";
import { type Endpoint, endpointKey } from "../base/endpoint.ts";
import { assert } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { Channel, ChannelState } from "../rpc/channel.ts";
import { isAnswer } from "../rpc/status.ts";
import type { ReplicaView } from "./policy.ts";
import { type OpenAttempt, type Replica, type Standing, unknownReplica } from "./replica.ts";
import { nextReplicaState, type ReplicaSign, type ReplicaState } from "./replica-state.ts";
import { whyUnasked } from "./why-unasked.ts";

export interface ReplicaSetOptions {
  readonly endpoints: readonly Endpoint[];
  readonly openChannel: (endpoint: Endpoint) => Channel;
  readonly clock: Clock;
  readonly onChange?: (change: ReplicaChange) => void;
  /**
   * Asked of a replica that has come since and answers: calls `decide` once with whether it may
   * serve; asked again after a pause if not. Default: it may.
   */
  readonly admit?: Admit;
}

export type Admit = (endpoint: Endpoint, decide: (mayServe: boolean) => void) => void;

/** A replica's state changed, or it has come or is to go, as its cause says; seen at `tUs`. */
export interface ReplicaChange {
  readonly tUs: number;
  readonly endpoint: Endpoint;
  readonly state: ReplicaState;
  readonly cause: string;
  /** The state is no news: it has come, or is to go. */
  readonly standing?: "new" | "leaving";
}

/** Of what an attempt is one. */
export type AttemptKind = "request" | "stream";

/**
 * The replicas, what is known of each, and the probes that find out more. A replica that does not
 * answer is probed in the background: the channel reconnects by itself, and one call to a method
 * that does not exist (it executes nothing on any server) stays outstanding until the replica
 * answers.
 *
 * Replicas come and go; an index is that of one endpoint for ever.
 */
export class ReplicaSet {
  readonly #replicas: Replica[] = [];
  readonly #indexes = new Map<string, number>();
  /** All but those that are gone. */
  #present: readonly Replica[] = [];
  /** Those of them that are not new. */
  #offered: readonly Replica[] = [];
  readonly #openChannel: (endpoint: Endpoint) => Channel;
  readonly #admit: Admit;
  readonly #clock: Clock;
  readonly #onChange: (change: ReplicaChange) => void;
  readonly #waiting = new Set<() => void>();
  #closed = false;

  constructor(options: ReplicaSetOptions) {
    assert(options.endpoints.length > 0, "a replica set has at least one endpoint");
    this.#clock = options.clock;
    this.#onChange = options.onChange ?? (() => undefined);
    this.#openChannel = options.openChannel;
    this.#admit = options.admit ?? ((_, decide) => decide(true));
    const replicas = options.endpoints.map((endpoint) => this.#put(endpoint, "member"));
    for (const replica of replicas) this.#follow(replica);
  }

  /** The endpoint is one of the replicas from now on, unless it is already; `cause` says why. */
  add(endpoint: Endpoint, cause: string): void {
    const index = this.#indexes.get(endpointKey(endpoint));
    const known = index === undefined ? undefined : this.#at(index);
    if (this.#closed) return;
    if (known === undefined || known.standing === "gone") {
      const replica = this.#put(endpoint, "new");
      this.#tell(replica, cause, "new");
      this.#follow(replica);
    } else if (known.standing === "leaving") {
      known.standing = "member";
      this.#tell(known, cause, "new");
    }
  }

  /** The endpoint is to be no replica any more; what is open there may end. */
  remove(endpoint: Endpoint, cause: string): void {
    const index = this.#indexes.get(endpointKey(endpoint));
    const replica = index === undefined ? undefined : this.#at(index);
    if (replica === undefined || this.#closed) return;
    if (replica.standing === "leaving" || replica.standing === "gone") return;
    const isUnused = replica.standing === "new";
    replica.standing = "leaving";
    this.#tell(replica, cause, "leaving");
    if (isUnused) this.#forget(replica);
    else this.#forgetIfOver(replica);
  }

  /**
   * What a policy chooses by. Requests are counted against requests, streams against streams: one
   * stream may last for days, and would repel every request from its replica whenever the others
   * are idle, though it may do nothing most of the time. What it does cost shows all the same: the
   * requests beside it take longer, and are in flight for longer.
   */
  views(kind: AttemptKind): readonly ReplicaView[] {
    const nowUs = this.#clock.nowUs();
    return this.#offered.map((replica) => ({
      index: replica.index,
      state: replica.state,
      inFlight:
        kind === "stream" ? replica.openStreamCount : replica.open.size - replica.openStreamCount,
      takesRequests: replica.channel.state !== "draining" && replica.sparedUntilUs <= nowUs,
      refuses: replica.refusesUntilUs > nowUs,
      isLeaving: replica.standing === "leaving",
    }));
  }

  state(index: number): ReplicaState {
    return this.#at(index).state;
  }

  get someHealthy(): boolean {
    return this.#present.some(({ state }) => state === "healthy");
  }

  /** Why a request that ends now was sent to none of them. */
  whyUnasked(): string {
    return whyUnasked(
      this.#offered.map(({ channel, state }) => {
        return { endpoint: channel.endpoint, state, failure: channel.failure };
      }),
    );
  }

  /** Of an endpoint that is, or was, one of the replicas. */
  channelTo(endpoint: Endpoint): Channel {
    return this.channel(this.#indexes.get(endpointKey(endpoint)) ?? -1);
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
      this.#forgetIfOver(replica);
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
    for (const replica of this.#present) {
      replica.cancelPause();
      replica.channel.close();
    }
  }

  #put(endpoint: Endpoint, standing: Standing): Replica {
    const key = endpointKey(endpoint);
    const index = this.#indexes.get(key) ?? this.#replicas.length;
    const replica = unknownReplica(index, this.#openChannel(endpoint), standing);
    this.#indexes.set(key, index);
    this.#replicas[index] = replica;
    this.#setPresent([...this.#present, replica]);
    return replica;
  }

  #setPresent(replicas: readonly Replica[]): void {
    this.#present = replicas;
    this.#offered = replicas.filter(({ standing }) => standing !== "new");
  }

  #forgetIfOver(replica: Replica): void {
    const { standing, state, open } = replica;
    if (standing === "leaving" && state === "down" && open.size === 0) this.#forget(replica);
  }

  #forget(replica: Replica): void {
    replica.standing = "gone";
    replica.state = "down";
    this.#setPresent(this.#present.filter((other) => other !== replica));
    replica.cancelPause();
    replica.channel.close();
  }

  #at(index: number): Replica {
    const replica = this.#replicas[index];
    assert(replica !== undefined, `replica ${index} exists`);
    return replica;
  }

  #follow(replica: Replica): void {
    let previous: ChannelState = "idle";
    replica.channel.onStateChange((state, reason) => {
      const wasUp = previous === "ready" || previous === "draining";
      previous = state;
      if (state === "ready") this.#sign(replica, "connected", "connected");
      else if (state === "broken") {
        const cause = reason === undefined ? "no connection" : `no connection: ${reason}`;
        this.#sign(replica, "broken", wasUp ? "connection lost" : cause);
      } else if (wasUp && state !== "draining") this.#sign(replica, "broken", "connection lost");
    });
    replica.channel.connect();
  }

  #sign(replica: Replica, sign: ReplicaSign, cause: string): void {
    if (this.#closed || replica.standing === "gone") return;
    if (sign === "broken") replica.cancelPause();
    if (sign === "answered") replica.heardUs = this.#clock.nowUs();
    const before = replica.state;
    const state = nextReplicaState(before, sign);
    replica.state = state;
    if (state !== before) {
      this.#tell(replica, cause);
      if (state === "suspect") for (const attempt of [...replica.open]) attempt.onSuspect();
      if (state === "healthy") this.#releaseWaiting();
    }
    if (replica.state !== "healthy" && replica.channel.state === "ready") this.#probe(replica);
    this.#forgetIfOver(replica);
  }

  #tell({ channel, state }: Replica, cause: string, standing?: "new" | "leaving"): void {
    const change = { tUs: this.#clock.nowUs(), endpoint: channel.endpoint, state, cause };
    this.#onChange(standing === undefined ? change : { ...change, standing });
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
      ({ status, isFromPeer }) => {
        replica.isProbed = false;
        if (this.#closed || replica.standing === "gone") return;
        // Some servers fail at a method that they do not have; they serve others all the same.
        const hasFailed = isFromPeer === true && (status === "INTERNAL" || status === "UNKNOWN");
        if (status === "OK" || isAnswer(status) || hasFailed) this.#onProbeAnswer(replica);
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
    if (replica.standing === "new") {
      this.#askForAdmission(replica);
      return;
    }
    this.#sign(replica, "answered", "probe");
    const { adrift } = replica;
    replica.adrift = [];
    for (const attempt of adrift) attempt.onAdrift();
  }

  #askForAdmission(replica: Replica): void {
    const { channel } = replica;
    replica.isProbed = true;
    this.#admit(channel.endpoint, (mayServe) => {
      replica.isProbed = false;
      if (this.#closed || replica.standing !== "new") return;
      // One that has failed meanwhile is asked again once it answers again.
      if (channel.state !== "ready") return;
      if (mayServe) {
        replica.standing = "member";
        this.#setPresent(this.#present);
        this.#sign(replica, "answered", "probe");
      } else this.#probeLater(replica, limits.admitAgainMs);
    });
  }

  #probeLater(replica: Replica, pauseMs: number = limits.allOutPauseMs): void {
    replica.cancelPause = this.#clock.after(pauseMs, () => {
      if (replica.state !== "healthy" && replica.channel.state === "ready") this.#probe(replica);
    });
  }
}
