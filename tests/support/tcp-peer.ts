import { connect, createServer, type Server, type Socket } from "node:net";
import { systemClock, waitUntil } from "../../src/base/clock.ts";

/** One end of a TCP connection, with all that it heard. */
export class TcpPeer {
  readonly socket: Socket;
  heard = Buffer.alloc(0);
  heardCount = 0;
  /** The other end has ended its stream (FIN). */
  hasHeardEnd = false;
  /** Such as ECONNRESET. */
  error: string | undefined;
  isClosed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes: Buffer) => {
      this.heardCount += bytes.length;
      // Enough for what a test looks at; of floods the count is enough.
      if (this.heard.length < 1_000_000) this.heard = Buffer.concat([this.heard, bytes]);
    });
    socket.on("end", () => {
      this.hasHeardEnd = true;
    });
    socket.on("error", (error) => {
      this.error = "code" in error ? String(error.code) : error.message;
    });
    socket.on("close", () => {
      this.isClosed = true;
    });
  }

  get text(): string {
    return this.heard.toString();
  }

  say(what: string | Uint8Array): void {
    this.socket.write(what);
  }

  /** RST instead of FIN. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  async until(condition: (peer: TcpPeer) => boolean, withinMs = 5000): Promise<void> {
    const holds = await waitUntil(systemClock, () => condition(this), { withinMs, everyMs: 2 });
    if (holds) return;
    const { heardCount, hasHeardEnd, error, isClosed } = this;
    const seen = JSON.stringify({ text: this.text.slice(0, 100), heardCount, hasHeardEnd, error });
    throw new Error(`It did not come about within ${withinMs} ms: ${seen}, closed: ${isClosed}`);
  }
}

/** A client that is connected, or has failed to be: its error says so. */
export async function tcpClient(port: number, host = "127.0.0.1"): Promise<TcpPeer> {
  const socket = connect({ port, host, allowHalfOpen: true, noDelay: true });
  const peer = new TcpPeer(socket);
  await new Promise<void>((resolve) => {
    socket.on("connect", resolve);
    socket.on("close", () => resolve());
  });
  return peer;
}

/** A server on 127.0.0.1 whose connections a test plays itself. */
export class TcpServer {
  readonly peers: TcpPeer[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `onPeer` is called for every connection. */
  static async open(onPeer: (peer: TcpPeer) => void = () => undefined, port = 0) {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const opened = new TcpServer(server);
    server.on("connection", (socket) => {
      const peer = new TcpPeer(socket);
      opened.peers.push(peer);
      onPeer(peer);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    return opened;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("It has no port");
    return address.port;
  }

  /** The connection of that number, from 0, once it is there. */
  async peer(index: number): Promise<TcpPeer> {
    const isThere = () => this.peers[index] !== undefined;
    await waitUntil(systemClock, isThere, { withinMs: 5000, everyMs: 2 });
    const peer = this.peers[index];
    if (peer === undefined) throw new Error(`There are ${this.peers.length} connections only`);
    return peer;
  }

  [Symbol.dispose](): void {
    for (const { socket } of this.peers) socket.destroy();
    this.#server.close();
  }
}

/** Sends back what it hears, and the end. */
export function echo(peer: TcpPeer): void {
  peer.socket.pipe(peer.socket);
}
