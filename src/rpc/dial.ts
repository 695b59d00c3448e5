import { lookup } from "node:dns";
import { connect, isIP, type Socket } from "node:net";
import type { CancelTimer, Clock } from "../base/clock.ts";
import { type Endpoint, isTcp, type TcpEndpoint } from "../base/endpoint.ts";
import { messageOf } from "../base/errors.ts";

/**
 * Opens a connection; one of the two is called later, once, unless it is called off. Whatever
 * carries HTTP/2 is another function of this shape.
 */
export type Dial = (events: DialEvents) => CancelDial;

export interface DialEvents {
  onConnected(socket: Socket): void;
  onFailed(reason: string): void;
}

export type CancelDial = () => void;

/** After so long an address that keeps silent gets company (RFC 8305). */
const staggerMs = 250;

/** A connection to `endpoint` in plain text, whatever kind it is of. */
export function dialEndpoint(endpoint: Endpoint, clock: Clock): Dial {
  return isTcp(endpoint) ? dialTcp(endpoint, clock) : dialUnix(endpoint.path);
}

function dialUnix(path: string): Dial {
  return (events) => {
    const socket = connect({ path });
    const onError = (error: Error) => events.onFailed(messageOf(error));
    socket.once("error", onError);
    socket.once("connect", () => {
      // From here on it is its session's to hear of errors.
      socket.off("error", onError);
      events.onConnected(socket);
    });
    return () => {
      if (!socket.connecting) return;
      socket.off("error", onError);
      socket.on("error", () => undefined);
      socket.destroy();
    };
  };
}

/**
 * TCP to `endpoint`. Of several addresses the next is tried as soon as the one before is refused,
 * or has been silent for a while, and the first that connects is taken.
 */
function dialTcp(endpoint: TcpEndpoint, clock: Clock): Dial {
  return (events) => {
    let race: Race | undefined;
    let isCancelled = false;
    resolveHost(endpoint.host, (addresses, error) => {
      if (isCancelled) return;
      if (error !== undefined) events.onFailed(error);
      else race = new Race({ addresses, port: endpoint.port, clock, events });
    });
    return () => {
      isCancelled = true;
      race?.cancel();
    };
  };
}

function resolveHost(
  host: string,
  onResolved: (addresses: readonly string[], error?: string) => void,
): void {
  if (isIP(host.replace(/%.*$/, "")) !== 0) onResolved([host]);
  // Whatever the resolver knows of it: a server may listen on one of the two alone.
  else if (host.toLowerCase() === "localhost") onResolved(["::1", "127.0.0.1"]);
  else {
    lookup(host, { all: true }, (error, addresses) => {
      if (error !== null) onResolved([], messageOf(error));
      else onResolved(addresses.map(({ address }) => address));
    });
  }
}

interface RaceOptions {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly clock: Clock;
  readonly events: DialEvents;
}

class Race {
  readonly #options: RaceOptions;
  readonly #open = new Set<Socket>();
  #nextIndex = 0;
  #isOver = false;
  #cancelStagger: CancelTimer = () => undefined;
  #reason = "the name has no address";

  constructor(options: RaceOptions) {
    this.#options = options;
    this.#tryNext();
  }

  cancel(): void {
    this.#isOver = true;
    this.#cancelStagger();
    for (const socket of this.#open) socket.destroy();
  }

  #tryNext(): void {
    this.#cancelStagger();
    const { addresses, port, clock, events } = this.#options;
    const host = addresses[this.#nextIndex++];
    if (host === undefined) {
      if (this.#open.size > 0) return;
      this.#isOver = true;
      events.onFailed(this.#reason);
      return;
    }
    const socket = connect({ host, port, noDelay: true });
    this.#open.add(socket);
    const onError = (error: Error) => {
      this.#open.delete(socket);
      if (this.#isOver) return;
      this.#reason = messageOf(error);
      this.#tryNext();
    };
    socket.on("error", onError);
    socket.once("connect", () => {
      if (this.#isOver) return;
      this.#open.delete(socket);
      this.cancel();
      // From here on it is its session's to hear of errors.
      socket.off("error", onError);
      events.onConnected(socket);
    });
    this.#cancelStagger = clock.after(staggerMs, () => this.#tryNext());
  }
}
