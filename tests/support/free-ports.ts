import { isPortFree } from "../../src/replica/free-port.ts";

/**
 * Below the ports that systems pick by themselves, of which any connection may take one in the
 * moment between the choice of a port here and its use.
 */
const firstPort = 12_000;
const endPort = 32_000;

/** Test files that run at once pick from different parts, so that none picks another's port. */
const laneCount = 4;

/** Set by who runs test files at once, from 0 up. */
export const laneVariable = "DFS_TEST_LANE";

let nextPort: number | undefined;

/** Ports of the loopback that nothing listens on, all different, in order, each given once. */
export async function freePorts(count: number): Promise<number[]> {
  const size = (endPort - firstPort) / laneCount;
  const first = firstPort + (Number(process.env[laneVariable] ?? 0) % laneCount) * size;
  // Processes that follow one another begin at different places: old connections of the one may
  // still linger at its ports when the other begins.
  nextPort ??= first + ((process.pid * 97) % size);
  const ports: number[] = [];
  for (let trial = 0; ports.length < count && trial < size; trial++) {
    const port = nextPort;
    nextPort = nextPort + 1 < first + size ? nextPort + 1 : first;
    if (await isPortFree("localhost", port)) ports.push(port);
  }
  if (ports.length < count) throw new Error(`No ${count} ports from ${first} on are free`);
  return ports;
}
