import type { Clock } from "../base/clock.ts";
import type { Endpoint } from "../base/endpoint.ts";
import { assert } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import type { Channel, ChannelState } from "../rpc/channel.ts";
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

interface Replica {
  readonly channel: Channel;
  state: ReplicaState;
  isProbed: boolean;
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
      state: "probing",
      isProbed: false,
    }));
    for (const replica of this.#replicas) this.#follow(replica);
  }

  get states(): readonly ReplicaState[] {
    return this.#replicas.map((replica) => replica.state);
  }

  channel(index: number): Channel {
    return this.#at(index).channel;
  }

  /** Tells what an attempt on a replica showed. */
  observe(index: number, sign: ReplicaSign, cause: string): void {
    this.#sign(this.#at(index), sign, cause);
  }

  /**
   * Resolves to true when a replica becomes healthy, or after a short pause when one already is; to
   * false when `withinMs` have passed first.
   */
  untilOneReturns(withinMs: number): Promise<boolean> {
    const someHealthy = this.#replicas.some((replica) => replica.state === "healthy");
    const pauseMs = someHealthy ? limits.allOutPauseMs : Number.POSITIVE_INFINITY;
    return new Promise((resolve) => {
      const returned = () => {
        cancel();
        this.#waiting.delete(returned);
        resolve(true);
      };
      const cancel = this.#clock.after(Math.min(pauseMs, withinMs), () => {
        this.#waiting.delete(returned);
        resolve(pauseMs < withinMs);
      });
      if (!someHealthy) this.#waiting.add(returned);
    });
  }

  close(): void {
    this.#closed = true;
    for (const replica of this.#replicas) replica.channel.close();
  }

  #at(index: number): Replica {
    const replica = this.#replicas[index];
    assert(replica !== undefined, `replica ${index} exists`);
    return replica;
  }

  #follow(replica: Replica): void {
    let previous: ChannelState = "idle";
    replica.channel.onStateChange((state) => {
      if (state === "ready") this.#sign(replica, "connected", "connected");
      else if (state === "broken") this.#sign(replica, "broken", "no connection");
      else if (previous === "ready") this.#sign(replica, "broken", "connection lost");
      previous = state;
    });
    replica.channel.connect();
  }

  #sign(replica: Replica, sign: ReplicaSign, cause: string): void {
    if (this.#closed) return;
    const state = nextReplicaState(replica.state, sign);
    if (state !== replica.state) {
      replica.state = state;
      this.#onChange({
        tUs: this.#clock.nowUs(),
        endpoint: replica.channel.endpoint,
        state,
        cause,
      });
      if (state === "healthy") this.#releaseWaiting();
    }
    if (state !== "healthy" && replica.channel.state === "ready") void this.#probe(replica);
  }

  #releaseWaiting(): void {
    for (const release of [...this.#waiting]) release();
  }

  async #probe(replica: Replica): Promise<void> {
    if (replica.isProbed) return;
    replica.isProbed = true;
    const { result } = replica.channel.unary({
      path: "/dfs.failover.Probe/Nothing",
      request: new Uint8Array(),
      timeoutMs: limits.probeTimeoutMs,
    });
    const { status } = await result;
    replica.isProbed = false;
    // UNIMPLEMENTED is the answer of any server; what a broken connection or a deadline yields is
    // none.
    if (status === "UNIMPLEMENTED" || status === "OK") this.#sign(replica, "answered", "probe");
    else if (status === "DEADLINE_EXCEEDED") this.#sign(replica, "silent", "probe");
  }
}
