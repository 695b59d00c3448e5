import { formatEndpoint, type TcpEndpoint } from "../../base/endpoint.ts";
import { DfsError, messageOf, systemErrorCode } from "../../base/errors.ts";
import { endHandlers, LinkEnd } from "./link-end.ts";

/** The listening sockets of a link: one for each address of its host that this machine has. */
export class LinkListeners {
  readonly #at: TcpEndpoint;
  readonly #onClient: (client: LinkEnd) => void;
  #sockets: Bun.TCPSocketListener<LinkEnd>[] = [];

  constructor(at: TcpEndpoint, onClient: (client: LinkEnd) => void) {
    this.#at = at;
    this.#onClient = onClient;
  }

  /** Such as `127.0.0.1:50061` and `[::1]:50061`. */
  get addresses(): readonly string[] {
    return this.#sockets.map(({ hostname, port }) => formatEndpoint({ host: hostname, port }));
  }

  /** Throws `cannot-run` when the port is taken on any of the addresses, or none can be used. */
  open(): void {
    let absent: unknown;
    for (const hostname of addressesOf(this.#at.host)) {
      try {
        this.#sockets.push(this.#listen(hostname));
      } catch (error) {
        if (!isAbsent(error)) {
          this.close();
          throw cannotListen(this.#at, error);
        }
        absent = error;
      }
    }
    if (this.#sockets.length === 0) throw cannotListen(this.#at, absent);
  }

  /** New connections are refused from now on; those that were accepted stay. */
  close(): void {
    for (const socket of this.#sockets) socket.stop(false);
    this.#sockets = [];
  }

  #listen(hostname: string): Bun.TCPSocketListener<LinkEnd> {
    const open = (socket: Bun.Socket<LinkEnd>) => {
      const client = new LinkEnd();
      socket.data = client;
      client.attach(socket);
      this.#onClient(client);
    };
    const socket = { ...endHandlers, open };
    return Bun.listen<LinkEnd>({ hostname, port: this.#at.port, allowHalfOpen: true, socket });
  }
}

/** `localhost` is both loopback addresses whatever the system's tables say. */
function addressesOf(host: string): readonly string[] {
  return host.toLowerCase() === "localhost" ? ["127.0.0.1", "::1"] : [host];
}

function isAbsent(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT";
}

function cannotListen(at: TcpEndpoint, error: unknown): DfsError {
  return new DfsError("cannot-run", `Cannot listen on ${formatEndpoint(at)}: ${rule(at, error)}`, {
    cause: error,
  });
}

function rule({ host, port }: TcpEndpoint, error: unknown): string {
  switch (systemErrorCode(error)) {
    case "EADDRINUSE":
      return `port ${port} is taken`;
    case "EACCES":
    case "EPERM":
      return `port ${port} is privileged and this user may not listen on it; use one from 1024 up`;
    case "EADDRNOTAVAIL":
    case "EAFNOSUPPORT":
      return `${host} is not an address of this machine; use localhost, or 0.0.0.0 for all of them`;
    default:
      return `${messageOf(error)}; use localhost, or an address of this machine`;
  }
}
