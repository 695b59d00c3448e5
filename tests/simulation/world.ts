import { type Endpoint, tcpOf } from "../../src/base/endpoint.ts";
import { assert } from "../../src/base/errors.ts";
import { type Random, seededRandom } from "../../src/base/random.ts";
import type { SimulatedCall } from "./simulated-call.ts";
import { type ChannelModel, defaultChannelModel, SimulatedChannel } from "./simulated-channel.ts";
import { SimulatedClock } from "./simulated-clock.ts";
import { type ReplicaModel, SimulatedReplica } from "./simulated-replica.ts";

export interface WorldOptions {
  readonly seed: number;
  readonly replicas: readonly ReplicaModel[];
  readonly channel?: ChannelModel;
  /** Told of each call that a client asks a channel for, and of each that a replica executes. */
  readonly onCall?: (call: SimulatedCall, replica: number) => void;
  readonly onExecute?: (call: SimulatedCall, replica: number) => void;
}

/** Which replica of a world listens there. */
export function replicaAt(endpoint: Endpoint): number {
  return tcpOf(endpoint).port - 1;
}

/**
 * Replicas and the network to them on one clock. Any number of clients share it: each opens its own
 * channels, to the endpoints below, and takes its time from `clock.share()`.
 */
export class World {
  readonly clock = new SimulatedClock();
  readonly random: Random;
  readonly replicas: readonly SimulatedReplica[];
  /** Of replica 0, 1, ...: ports 1, 2, ... */
  readonly endpoints: readonly Endpoint[];
  readonly channels: SimulatedChannel[] = [];
  /** Told whether a replica is one of those that the client is to know. */
  onListed: (replica: number, isListed: boolean) => void = () => undefined;
  readonly #absent = new Set<SimulatedReplica>();
  readonly #options: WorldOptions;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.random = seededRandom(options.seed);
    const { onExecute } = options;
    this.replicas = options.replicas.map(
      (model, index) =>
        new SimulatedReplica(model, {
          clock: this.clock,
          random: this.random,
          ...(onExecute && { onExecute: (call) => onExecute(call, index) }),
        }),
    );
    this.endpoints = this.replicas.map((_, index) => ({ host: "replica", port: index + 1 }));
  }

  list(replica: SimulatedReplica, isListed: boolean): void {
    if (isListed) this.#absent.delete(replica);
    else this.#absent.add(replica);
    this.onListed(this.replicas.indexOf(replica), isListed);
  }

  isListed(replica: number): boolean {
    const known = this.replicas[replica];
    return known !== undefined && !this.#absent.has(known);
  }

  openChannel(endpoint: Endpoint): SimulatedChannel {
    const index = replicaAt(endpoint);
    const replica = this.replicas[index];
    assert(replica !== undefined, `replica ${index} exists`);
    const { onCall, channel } = this.#options;
    const opened = new SimulatedChannel({
      endpoint,
      replica,
      clock: this.clock,
      random: this.random,
      model: channel ?? defaultChannelModel,
      ...(onCall && { onCall: (call) => onCall(call, index) }),
    });
    this.channels.push(opened);
    return opened;
  }
}
