import type { Clock } from "../../base/clock.ts";
import type { TcpEndpoint } from "../../base/endpoint.ts";
import { BlockPool } from "./block-pool.ts";
import { LinkConnection, type LinkShared } from "./connection.ts";
import type { LaneTotals } from "./lane.ts";
import type { LinkEnd } from "./link-end.ts";
import type { LinkFaults } from "./link-faults.ts";
import { LinkListeners } from "./listeners.ts";
import { clearWeather, weatherOf } from "./weather.ts";

/** What a link has done so far. */
export interface LinkTotals {
  connectionCount: number;
  /** By the fault; a reset that one end sent and the other was passed is not counted. */
  resetCount: number;
  /** Connections that the server did not take. */
  unreachableCount: number;
  readonly up: LaneTotals;
  readonly down: LaneTotals;
}

export interface RelayOptions {
  readonly clock: Clock;
  readonly listen: TcpEndpoint;
  readonly to: TcpEndpoint;
  readonly seed: number;
  /** The server did not take a connection; called for each. */
  readonly onUnreachable: () => void;
}

/** A TCP relay: transparent, but while a fault acts on it. */
export class Relay {
  readonly totals: LinkTotals = {
    ...{ connectionCount: 0, resetCount: 0, unreachableCount: 0 },
    up: { deliveredBytes: 0, swallowedBytes: 0, corruptedBytes: 0 },
    down: { deliveredBytes: 0, swallowedBytes: 0, corruptedBytes: 0 },
  };
  readonly #shared: LinkShared;
  readonly #listeners: LinkListeners;
  readonly #connections = new Set<LinkConnection>();
  #faults: LinkFaults | undefined;

  /** Throws `cannot-run` when it cannot listen there. */
  constructor(options: RelayOptions) {
    const { clock, to, seed } = options;
    const onUnreachable = () => {
      this.totals.unreachableCount++;
      options.onUnreachable();
    };
    this.#shared = {
      ...{ clock, to, seed, onUnreachable, totals: this.totals, pool: new BlockPool() },
      weather: { up: clearWeather, down: clearWeather },
    };
    this.#listeners = new LinkListeners(options.listen, (client) => this.#take(client));
    this.#listeners.open();
  }

  get addresses(): readonly string[] {
    return this.#listeners.addresses;
  }

  get openCount(): number {
    return this.#connections.size;
  }

  /** What it holds of all that is under way, in bytes. */
  get heldBytes(): number {
    return this.#shared.pool.heldBytes;
  }

  /** The faults act from now on, on open connections too. */
  begin(faults: LinkFaults): void {
    this.#faults = faults;
    this.#shared.weather.up = weatherOf(faults, "up", this.#shared.clock);
    this.#shared.weather.down = weatherOf(faults, "down", this.#shared.clock);
    if (faults.refuse) this.#listeners.close();
    if (faults.reset) this.#resetAll();
    else this.#refreshAll();
  }

  /**
   * It is transparent again. Connections that have lost something in a blackhole are reset, since
   * their streams have a hole. Throws `cannot-run` when it cannot listen any more.
   */
  end(): void {
    const { weather } = this.#shared;
    const pacers = [weather.up.pacer, weather.down.pacer];
    weather.up = clearWeather;
    weather.down = clearWeather;
    for (const pacer of pacers) pacer?.close();
    this.#refreshAll();
    const mustListen = this.#faults?.refuse === true;
    this.#faults = undefined;
    if (mustListen) this.#listeners.open();
  }

  /** Listens no more, and resets what is open: an end (FIN) would tell of a finished stream. */
  close(): void {
    this.#listeners.close();
    for (const connection of [...this.#connections]) connection.reset();
    this.#shared.weather.up.pacer?.close();
    this.#shared.weather.down.pacer?.close();
  }

  #take(client: LinkEnd): void {
    const number = ++this.totals.connectionCount;
    if (this.#faults?.reset) {
      this.totals.resetCount++;
      client.reset();
      return;
    }
    const onClosed = () => this.#connections.delete(connection);
    const connection = new LinkConnection(this.#shared, number, { client, onClosed });
    this.#connections.add(connection);
  }

  #resetAll(): void {
    for (const connection of [...this.#connections]) {
      this.totals.resetCount++;
      connection.reset();
    }
  }

  #refreshAll(): void {
    for (const connection of [...this.#connections]) {
      if (connection.refresh() === "reset") this.totals.resetCount++;
    }
  }
}
