import type { Lane } from "./lane.ts";

/** What happens at one end of a relayed connection. */
export interface EndEvents {
  readonly heard: (bytes: Uint8Array) => void;
  /** The peer ends its stream (FIN); it may still listen. */
  readonly ended: () => void;
  readonly drained: () => void;
  /** Nothing comes or goes any more; with an error, the connection was reset. */
  readonly closed: (wasReset: boolean) => void;
}

/** The socket at one end of a relayed connection: of a client, or towards the server. */
export class LinkEnd {
  /** What this end says to the other. */
  lane: Lane | undefined;
  events: EndEvents | undefined;
  hasEnded = false;
  isClosed = false;
  /** The end of this socket is our own doing. */
  wasReset = false;
  #socket: Bun.Socket<LinkEnd> | undefined;

  get isOpen(): boolean {
    return this.#socket !== undefined && !this.isClosed;
  }

  attach(socket: Bun.Socket<LinkEnd>): void {
    this.#socket = socket;
    socket.setNoDelay(true);
  }

  write(bytes: Uint8Array): number {
    return this.isOpen ? (this.#socket?.write(bytes) ?? 0) : 0;
  }

  pause(): void {
    if (this.isOpen) this.#socket?.pause();
  }

  resume(): void {
    if (this.isOpen) this.#socket?.resume();
  }

  /** FIN: the peer has heard all there is. */
  finish(): void {
    if (this.isOpen) this.#socket?.shutdown();
  }

  /** RST: the peer learns that the connection is broken. */
  reset(): void {
    this.wasReset = true;
    if (this.isOpen) this.#socket?.terminate();
  }
}

/** What Bun calls for the sockets of every link; who they belong to stands in their data. */
export const endHandlers = {
  data: (socket, bytes) => socket.data.events?.heard(bytes),
  end(socket) {
    socket.data.hasEnded = true;
    socket.data.events?.ended();
  },
  drain: (socket) => socket.data.events?.drained(),
  close(socket, error) {
    socket.data.isClosed = true;
    socket.data.events?.closed(error !== undefined && error !== null);
  },
  // close() follows, with the same error.
  error: () => undefined,
} as const satisfies Bun.SocketHandler<LinkEnd>;
