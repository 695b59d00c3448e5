import type { Clock } from "../../base/clock.ts";
import type { TcpEndpoint } from "../../base/endpoint.ts";
import type { BlockPool } from "./block-pool.ts";
import { Lane, type LaneTotals } from "./lane.ts";
import { endHandlers, LinkEnd } from "./link-end.ts";
import type { Weather } from "./weather.ts";

/** What the connections of a link share. */
export interface LinkShared {
  readonly clock: Clock;
  readonly to: TcpEndpoint;
  readonly seed: number;
  /** As they are at this moment. */
  readonly weather: { up: Weather; down: Weather };
  readonly totals: { readonly up: LaneTotals; readonly down: LaneTotals };
  readonly pool: BlockPool;
  /** The server did not take the connection. */
  readonly onUnreachable: () => void;
}

/** A client's connection, the one to the server that answers it, and a lane each way. */
export class LinkConnection {
  readonly #shared: LinkShared;
  readonly #client: LinkEnd;
  readonly #server = new LinkEnd();
  readonly #up: Lane;
  readonly #down: Lane;
  readonly #onClosed: () => void;
  #isDialling = false;
  #isOver = false;

  /** `number` counts the link's connections; `client` has been accepted. */
  constructor(
    shared: LinkShared,
    number: number,
    { client, onClosed }: { client: LinkEnd; onClosed: () => void },
  ) {
    this.#shared = shared;
    this.#client = client;
    this.#onClosed = onClosed;
    this.#up = this.#lane("up", number, client, this.#server);
    this.#down = this.#lane("down", number, this.#server, client);
    this.#listen(client, this.#up, this.#server, this.#down);
    this.#listen(this.#server, this.#down, client, this.#up);
    this.#up.refresh();
    // In a blackhole nothing of a connection reaches the server, not even that it is wanted.
    if (!shared.weather.up.swallows) this.#dial();
  }

  /** The weather has changed. What has lost bytes or an end cannot go on: it is reset. */
  refresh(): "reset" | "goes-on" {
    const { up, down } = this.#shared.weather;
    const isOver = !up.swallows && !down.swallows;
    if (isOver && (this.#up.hasHole || this.#down.hasHole)) {
      this.reset();
      return "reset";
    }
    this.#up.refresh();
    this.#down.refresh();
    if (!up.swallows) this.#dial();
    return "goes-on";
  }

  reset(): void {
    this.#client.reset();
    // While it is still being connected to, it is reset once it is.
    this.#server.reset();
    this.#closeIfOver();
  }

  #lane(way: "up" | "down", number: number, near: LinkEnd, far: LinkEnd): Lane {
    const { clock, weather, totals, pool, seed } = this.#shared;
    return new Lane({
      ...{ clock, pool, totals: totals[way], weather: () => weather[way] },
      seed: seed + 2 * number + (way === "up" ? 0 : 1),
      ends: {
        pause: () => near.pause(),
        resume: () => near.resume(),
        write: (bytes) => far.write(bytes),
        finish: () => far.finish(),
        cut: () => far.reset(),
      },
    });
  }

  #listen(near: LinkEnd, lane: Lane, far: LinkEnd, back: Lane): void {
    near.events = {
      heard(bytes) {
        lane.accept(bytes);
        // The far end is gone, and its going was swallowed: whoever still talks to it is told.
        if (far.isClosed && back.hasHole && !lane.hasHole) near.reset();
      },
      ended: () => lane.finish(),
      drained: () => back.drained(),
      closed: (wasReset) => {
        back.drop();
        if (near.wasReset) lane.drop();
        else if (wasReset) lane.cut();
        // Behind an end of our own the peer's comes as the close.
        else if (!near.hasEnded) lane.finish();
        this.#closeIfOver();
      },
    };
  }

  async #dial(): Promise<void> {
    if (this.#isDialling || this.#server.isOpen || this.#server.isClosed) return;
    this.#isDialling = true;
    const { host: hostname, port } = this.#shared.to;
    try {
      const open = (socket: Bun.Socket<LinkEnd>) => this.#connected(socket);
      const socket = { ...endHandlers, open };
      await Bun.connect({ hostname, port, allowHalfOpen: true, data: this.#server, socket });
    } catch {
      this.#isDialling = false;
      this.#server.isClosed = true;
      if (this.#client.isOpen) this.#shared.onUnreachable();
      this.reset();
    }
  }

  #connected(socket: Bun.Socket<LinkEnd>): void {
    this.#isDialling = false;
    this.#server.attach(socket);
    if (!this.#client.isOpen || this.#server.wasReset) {
      this.#server.reset();
      return;
    }
    this.#down.drained();
    this.#up.drained();
  }

  #closeIfOver(): void {
    if (this.#isOver || this.#client.isOpen || this.#server.isOpen || this.#isDialling) return;
    this.#isOver = true;
    this.#up.close();
    this.#down.close();
    this.#onClosed();
  }
}
