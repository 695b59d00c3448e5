import { isIP } from "node:net";
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from "@grpc/grpc-js";
import { formatEndpoint } from "../base/endpoint.ts";
import { DfsError, messageOf } from "../base/errors.ts";
import { bindAddresses, freePortAbove } from "./free-port.ts";

/** Where a server listens. */
export interface Listening {
  readonly port: number;
  /** Such as `127.0.0.1:50051` and `[::1]:50051`. */
  readonly addresses: readonly string[];
}

/** Where a server is to listen, and how it speaks there. */
export interface ListenPlace {
  readonly host: string;
  /** 0: one that the system picks. */
  readonly port: number;
  readonly credentials: ServerCredentials;
}

const pickedPortTrialMaxCount = 20;

/**
 * Opens `server` on every address of `host` that the machine has. Port 0: one that the system picks
 * and that is free on all of them. Throws `cannot-run` when the port is taken on any, or none can
 * be used.
 */
export async function listen(
  server: Server,
  { host, port, credentials }: ListenPlace,
): Promise<Listening> {
  // What goes wrong is said by us, in one line; GRPC_VERBOSITY still brings grpc-js's own words.
  if (process.env["GRPC_VERBOSITY"] === undefined) setLogVerbosity(logVerbosity.NONE);
  for (let trial = 1; ; trial++) {
    const listening = await listenOnce(server, { host, port, credentials });
    if (!("failure" in listening)) return listening;
    if (port !== 0 || !listening.otherPortMayHelp || trial === pickedPortTrialMaxCount) {
      throw await cannotListen(host, port, listening.failure);
    }
  }
}

/** Throws what listen() would when the port is taken now. */
export async function refuseTakenPort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const trial = new Server();
  try {
    await listen(trial, { host, port, credentials: ServerCredentials.createInsecure() });
  } finally {
    trial.forceShutdown();
  }
}

interface Failed {
  readonly failure: unknown;
  /** The port that the system picked for one address is taken on another. */
  readonly otherPortMayHelp: boolean;
}

async function listenOnce(
  server: Server,
  { host, port, credentials }: ListenPlace,
): Promise<Listening | Failed> {
  const addresses: string[] = [];
  let boundPort = port;
  let absent: unknown;
  for (const address of bindAddresses(host)) {
    try {
      const place = formatEndpoint({ host: address, port: boundPort });
      boundPort = await bind(server, place, credentials);
      addresses.push(formatEndpoint({ host: address, port: boundPort }));
    } catch (error) {
      if (!isAbsentAddress(error)) {
        for (const bound of addresses) server.unbind(bound);
        return { failure: error, otherPortMayHelp: addresses.length > 0 };
      }
      absent = error;
    }
  }
  if (addresses.length === 0) return { failure: absent, otherPortMayHelp: false };
  return { port: boundPort, addresses };
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

/**
 * grpc-js keeps only the text of the system's error: `... errors: [listen EADDRINUSE: address
 * ...]`.
 */
function listenErrorCode(error: unknown): string | undefined {
  return /\blisten (E[A-Z]+)\b/.exec(messageOf(error))?.[1];
}

function isAbsentAddress(error: unknown): boolean {
  const code = listenErrorCode(error);
  return code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT";
}

async function cannotListen(host: string, port: number, failure: unknown): Promise<DfsError> {
  const rule = await ruleBroken(host, port, failure);
  return new DfsError("cannot-run", `Cannot serve on ${formatEndpoint({ host, port })}: ${rule}`, {
    cause: failure,
  });
}

async function ruleBroken(host: string, port: number, failure: unknown): Promise<string> {
  const code = listenErrorCode(failure);
  switch (code) {
    case "EADDRINUSE": {
      const free = await freePortAbove(host, port);
      return `port ${port} is taken${free === undefined ? "" : `; port ${free} is free`}`;
    }
    case "EACCES":
    case "EPERM":
      return `port ${port} is privileged and this user may not listen on it; use one from 1024 up`;
    case "EADDRNOTAVAIL":
    case "EAFNOSUPPORT":
      return `${host} is not an address of this machine; use localhost, or 0.0.0.0 for all of them`;
    default:
      if (code !== undefined) return `the system does not let it listen there (${code})`;
      return isIP(host) === 0
        ? `no address is known for ${host}; use localhost, or an address of this machine`
        : messageOf(failure);
  }
}
