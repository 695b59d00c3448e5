import { formatDuration } from "../base/duration.ts";
import {
  coveredKeys,
  type Endpoint,
  endpointKey,
  formatEndpoint,
  isTcp,
  type TcpEndpoint,
} from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import { didYouMean } from "../base/nearest.ts";
import { type LoadProfile, mayEndBefore } from "../load/load-profile.ts";
import { type FaultWish, type PlannedFault, plannedMs } from "./planned-fault.ts";
import { usage } from "./rule.ts";

/** A fault, and how an error is to call it and its parts. */
export interface NamedWish {
  readonly wish: FaultWish;
  readonly name: string;
}

/** What the faults are to happen in. */
export interface Setting {
  readonly replicas: readonly Endpoint[];
  readonly durationMs: number;
  readonly profile?: LoadProfile;
}

/**
 * The faults, each with its replica. Throws a usage error when one is on none of the load's
 * replicas, since a report could not say what it did, or does not end so long before the load that
 * its end is seen; of one that waits for a replica to be back, the earliest time counts.
 */
export function placeFaults(
  wishes: readonly NamedWish[],
  { replicas, durationMs, profile }: Setting,
): readonly PlannedFault[] {
  const [first] = wishes;
  if (first !== undefined && profile !== undefined && mayEndBefore(profile)) {
    throw usage(
      `${first.name} needs a load of which it is known when it ends: with a total, requests must ` +
        "be evenly spaced",
    );
  }
  if (wishes.length > limits.drillFaultMaxCount) {
    throw usage(
      `A load has at most ${limits.drillFaultMaxCount} faults: current number is ${wishes.length}`,
    );
  }
  let earliestEndMs: number | undefined;
  return wishes.map(({ wish, name }) => {
    const { start } = wish;
    if (start.from === "back" && earliestEndMs === undefined) {
      throw usage(`${name} waits for the replica of the fault before it, and it is the first`);
    }
    const beginMs = start.afterMs + (start.from === "back" ? (earliestEndMs ?? 0) : 0);
    earliestEndMs = beginMs + plannedMs(wish);
    const latestMs = durationMs - limits.faultTailMinMs;
    if (earliestEndMs > latestMs) throw tooLate(name, { beginMs, earliestEndMs, durationMs });
    const { port: _port, host, ...rest } = wish;
    const endpoint = endpointOf(wish, name, replicas);
    return { ...rest, endpoint, namesHost: host !== undefined };
  });
}

function tooLate(
  name: string,
  times: { readonly beginMs: number; readonly earliestEndMs: number; readonly durationMs: number },
) {
  const { beginMs, earliestEndMs, durationMs } = times;
  const tail = formatDuration(limits.faultTailMinMs);
  const verb = earliestEndMs > beginMs ? "ends" : "happens";
  const nearestMs = earliestEndMs + limits.faultTailMinMs;
  return usage(
    `${name} ${verb} at ${formatDuration(earliestEndMs)}, and it must be ${tail} before the load ` +
      `is over (${formatDuration(durationMs)}), so that what it does is judged: the shortest ` +
      `load for it is ${formatDuration(nearestMs)}`,
  );
}

/** Whether either stands for the other, as localhost does for 127.0.0.1. */
function isSame(a: Endpoint, b: Endpoint): boolean {
  return coveredKeys(a).includes(endpointKey(b)) || coveredKeys(b).includes(endpointKey(a));
}

function endpointOf(
  { port, host }: FaultWish,
  name: string,
  replicas: readonly Endpoint[],
): TcpEndpoint {
  const onPorts = replicas.filter(isTcp);
  const matches = onPorts.filter((replica) =>
    host === undefined ? replica.port === port : isSame(replica, { host, port }),
  );
  const [endpoint] = matches;
  if (endpoint !== undefined && matches.length === 1) return endpoint;
  const asked = host === undefined ? String(port) : formatEndpoint({ host, port });
  if (matches.length > 1) {
    const choices = matches.map(formatEndpoint).join(", ");
    throw usage(`${name}: port ${asked} is that of several replicas: give one of ${choices}`);
  }
  const names = onPorts.map((replica) =>
    host === undefined ? String(replica.port) : formatEndpoint(replica),
  );
  throw usage(
    `${name} must be on one of the load's replicas, ${replicas.map(formatEndpoint).join(", ")}: ` +
      `current value is "${asked}"${didYouMean(asked, names)}`,
  );
}
