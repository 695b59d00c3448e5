import { createServer } from "node:net";
import { systemErrorCode } from "../base/errors.ts";

/**
 * The addresses that a host name stands for: `localhost` both loopback addresses, whichever the
 * machine has; anything else itself.
 */
export function bindAddresses(host: string): readonly string[] {
  return host === "localhost" ? ["127.0.0.1", "::1"] : [host];
}

/** Whether a listener on every address of `host` that the machine has could be opened on `port`. */
export async function isPortFree(host: string, port: number): Promise<boolean> {
  const trials = await Promise.all(bindAddresses(host).map((address) => tryListen(address, port)));
  return trials.some((trial) => trial === "free") && !trials.includes("taken");
}

/** The first free port above `port`, if one of the next hundred is. */
export async function freePortAbove(host: string, port: number): Promise<number | undefined> {
  for (let candidate = port + 1; candidate <= Math.min(port + 100, 65535); candidate++) {
    if (await isPortFree(host, candidate)) return candidate;
  }
  return undefined;
}

/** `count` different ports that the system picks and that are free on every address of `host`. */
export async function pickFreePorts(host: string, count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  for (let trial = 0; ports.size < count && trial < 20 * count; trial++) {
    const port = await systemPickedPort(bindAddresses(host));
    if (port !== undefined && (await isPortFree(host, port))) ports.add(port);
  }
  return [...ports].sort((one, other) => one - other);
}

/**
 * The first of `count` consecutive ports that are free on every address of `host`, starting where
 * the system picks; undefined when no such run turns up.
 */
export async function pickFreePortRun(host: string, count: number): Promise<number | undefined> {
  for (let trial = 0; trial < runTrialMaxCount; trial++) {
    const picked = await systemPickedPort(bindAddresses(host));
    if (picked === undefined) return undefined;
    // Near the top of the range the run ends there rather than starts there.
    const first = Math.min(picked, 65535 - count + 1);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const trials = await Promise.all(ports.map((port) => isPortFree(host, port)));
    if (!trials.includes(false)) return first;
  }
  return undefined;
}

const runTrialMaxCount = 50;

async function systemPickedPort(addresses: readonly string[]): Promise<number | undefined> {
  for (const address of addresses) {
    const trial = await tryListen(address, 0);
    if (typeof trial === "number") return trial;
  }
  return undefined;
}

/**
 * `taken` by a listener; `unusable` when the address is not this machine's or the port not this
 * user's.
 */
type Trial = "free" | "taken" | "unusable";

/** For port 0 the port that the system picked. */
function tryListen(address: string, port: number): Promise<Trial | number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => {
      resolve(systemErrorCode(error) === "EADDRINUSE" ? "taken" : "unusable");
    });
    server.listen({ host: address, port, exclusive: true }, () => {
      const bound = server.address();
      const pickedPort = typeof bound === "object" && bound !== null ? bound.port : port;
      server.close(() => resolve(port === 0 ? pickedPort : "free"));
    });
  });
}
