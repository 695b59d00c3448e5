import type { CancelTimer } from "../base/clock.ts";
import { coveredKeys, endpointKey, formatEndpoint, type TcpEndpoint } from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import { formatTarget } from "../base/target.ts";
import type { ReplicaChange, ReplicaSet } from "./replica-set.ts";
import type { ReplicaState } from "./replica-state.ts";
import {
  type ResolvedName,
  type ResolvedTargets,
  type ResolveOptions,
  resolveAddresses,
} from "./resolve-targets.ts";

export interface NameWatchOptions extends ResolveOptions {
  /** As the replica set was given them. */
  readonly targets: ResolvedTargets;
  readonly replicas: Pick<ReplicaSet, "add" | "remove">;
  /** What the user should know of a name, once; the addresses that are known stay. */
  readonly onNotice: (text: string) => void;
}

interface Watched {
  readonly name: ResolvedName;
  readonly text: string;
  /** Its latest addresses, by key. */
  addresses: ReadonlyMap<string, TcpEndpoint>;
  /** Most of them at a time so far. */
  peakCount: number;
  /** When it was last asked for. */
  askedUs: number;
  isAsking: boolean;
  hasFailed: boolean;
  cancel: CancelTimer;
}

/**
 * Asks for the addresses of a name again when one of them fails, and every few seconds as long as
 * any of them does not serve, or there are fewer than there were: whoever replaces a replica that
 * is gone appears under its name only later.
 */
export class NameWatch {
  readonly #options: NameWatchOptions;
  readonly #names: readonly Watched[];
  /** Keys of endpoints that are replicas whatever a name says. */
  readonly #typed: ReadonlySet<string>;
  readonly #states = new Map<string, ReplicaState>();
  #isClosed = false;

  constructor(options: NameWatchOptions) {
    this.#options = options;
    const { endpoints, names } = options.targets;
    const isTyped = (endpoint: object) => !("serverName" in endpoint);
    this.#typed = new Set(endpoints.filter(isTyped).flatMap(coveredKeys));
    const askedUs = options.clock.nowUs();
    this.#names = names.map((name) => ({
      ...{ name, text: formatTarget(name.target), askedUs },
      addresses: byKey(name.addresses),
      peakCount: name.addresses.length,
      ...{ isAsking: false, hasFailed: false },
      cancel: () => undefined,
    }));
  }

  /** Told of every change of the replica set. */
  changed({ endpoint, state, standing }: ReplicaChange): void {
    if (standing === "leaving") return;
    const keys = coveredKeys(endpoint);
    for (const key of keys) this.#states.set(key, state);
    if (state !== "down") return;
    for (const name of this.#names) {
      if (keys.some((key) => name.addresses.has(key))) this.#askSoon(name);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const { cancel } of this.#names) cancel();
  }

  #askSoon(name: Watched): void {
    if (name.isAsking || this.#isClosed) return;
    name.isAsking = true;
    const { clock } = this.#options;
    const restMs = limits.resolveAgainMs - (clock.nowUs() - name.askedUs) / 1000;
    name.cancel = clock.after(Math.max(0, restMs), () => void this.#ask(name));
  }

  async #ask(name: Watched): Promise<void> {
    name.askedUs = this.#options.clock.nowUs();
    const answer = await resolveAddresses(name.name.target, this.#options);
    if (this.#isClosed) return;
    name.isAsking = false;
    if (typeof answer === "string") this.#onFailure(name, answer);
    else this.#onAnswer(name, byKey(answer));
    if (this.#isWanting(name)) this.#askSoon(name);
  }

  #onFailure(name: Watched, why: string): void {
    if (name.hasFailed) return;
    name.hasFailed = true;
    const known = [...name.addresses.values()].map(formatEndpoint).join(", ");
    this.#options.onNotice(`Cannot resolve ${name.text} again: ${why}; staying with ${known}`);
  }

  #onAnswer(name: Watched, addresses: ReadonlyMap<string, TcpEndpoint>): void {
    const { replicas } = this.#options;
    const before = name.addresses;
    name.hasFailed = false;
    name.addresses = addresses;
    name.peakCount = Math.max(name.peakCount, addresses.size);
    for (const [key, endpoint] of addresses) {
      const isKnown = before.has(key) || this.#typed.has(key);
      if (!isKnown) replicas.add(endpoint, `resolved from ${name.text}`);
    }
    for (const [key, endpoint] of before) {
      if (this.#isKnown(key)) continue;
      replicas.remove(endpoint, `no longer an address of ${name.text}`);
      this.#states.delete(key);
    }
  }

  #isKnown(key: string): boolean {
    return this.#typed.has(key) || this.#names.some(({ addresses }) => addresses.has(key));
  }

  #isWanting({ addresses, peakCount, hasFailed }: Watched): boolean {
    const isWell = (key: string) => this.#states.get(key) === "healthy";
    return hasFailed || addresses.size < peakCount || ![...addresses.keys()].every(isWell);
  }
}

function byKey(addresses: readonly TcpEndpoint[]): ReadonlyMap<string, TcpEndpoint> {
  return new Map(addresses.map((endpoint) => [endpointKey(endpoint), endpoint]));
}
