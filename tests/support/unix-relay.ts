import { connect, createServer, type Socket } from "node:net";

/** A socket of the file system that leads to a port of this host. */
export interface UnixRelay extends AsyncDisposable {
  /** Breaks what is open, and takes nothing more. */
  stop(): void;
}

export async function startUnixRelay(path: string, port: number): Promise<UnixRelay> {
  const open = new Set<Socket>();
  const server = createServer((from) => {
    const to = connect({ port, host: "127.0.0.1" });
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ] as const) {
      open.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  const stop = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return {
    stop,
    async [Symbol.asyncDispose]() {
      stop();
    },
  };
}
