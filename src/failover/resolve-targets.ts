import type { Clock } from "../base/clock.ts";
import { coveredKeys, type Endpoint, endpointKey, type TcpEndpoint } from "../base/endpoint.ts";
import { assert, DfsError, messageOf } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { didYouMean } from "../base/nearest.ts";
import { printable } from "../base/printable.ts";
import { type DnsTarget, formatTarget, isDns, type Target } from "../base/target.ts";
import type { ResolveName } from "../rpc/resolve-name.ts";

/** A name, and its addresses as they were found; at least one. */
export interface ResolvedName {
  readonly target: DnsTarget;
  readonly addresses: readonly TcpEndpoint[];
}

export interface ResolvedTargets {
  /** In the order typed, those of a name in the order of their text; none is there twice. */
  readonly endpoints: readonly Endpoint[];
  readonly names: readonly ResolvedName[];
}

export interface ResolveOptions {
  readonly resolve: ResolveName;
  readonly clock: Clock;
}

/**
 * The replicas that `targets` stand for now. Throws `cannot-run` when a name has no address, in the
 * resolver's words.
 */
export async function resolveTargets(
  targets: readonly Target[],
  options: ResolveOptions,
): Promise<ResolvedTargets> {
  const names: ResolvedName[] = [];
  const found = await Promise.all(
    targets.map(async (target): Promise<readonly Endpoint[]> => {
      if (!isDns(target)) return [target];
      const addresses = await resolveAddresses(target, options);
      if (typeof addresses === "string") throw unresolved(target, addresses, targets);
      names.push({ target, addresses });
      return addresses;
    }),
  );
  // What is typed itself stays, whatever becomes of a name that has it too.
  const typed = new Map(
    targets.flatMap((target) =>
      isDns(target) ? [] : coveredKeys(target).map((key) => [key, target] as const),
    ),
  );
  const endpoints = found.flat().map((endpoint) => typed.get(endpointKey(endpoint)) ?? endpoint);
  const byKey = new Map(endpoints.map((endpoint) => [endpointKey(endpoint), endpoint]));
  return { endpoints: [...byKey.values()], names };
}

/** The replicas where no name is among `targets`. */
export function namelessTargets(targets: readonly Target[]): ResolvedTargets {
  const endpoints = targets.map((target) => {
    assert(!isDns(target), `${formatTarget(target)} is resolved first`);
    return target;
  });
  return { endpoints, names: [] };
}

/** The addresses of a name, sorted and none twice; a text says why there are none. */
export async function resolveAddresses(
  target: DnsTarget,
  { resolve, clock }: ResolveOptions,
): Promise<readonly TcpEndpoint[] | string> {
  const { resolveMaxMs, nameAddressMaxCount } = limits;
  const found = await new Promise<readonly string[] | string>((settle) => {
    const cancel = clock.after(resolveMaxMs, () =>
      settle(`the resolver has not answered within ${resolveMaxMs / 1000}s`),
    );
    resolve(target.name)
      .catch((error: unknown) => printable(messageOf(error)))
      .then((answer) => {
        cancel();
        settle(answer);
      });
  });
  if (typeof found === "string") return found;
  const { name: serverName, port } = target;
  const byKey = new Map(
    found.map((host) => [endpointKey({ host, port }), { host, port, serverName }] as const),
  );
  if (byKey.size === 0) return "the name has no address";
  if (byKey.size > nameAddressMaxCount) {
    return `the name has ${byKey.size} addresses, more than ${nameAddressMaxCount}`;
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint);
}

function unresolved(target: DnsTarget, why: string, targets: readonly Target[]): DfsError {
  const others = targets.flatMap((other) => {
    if (other === target) return [];
    if (isDns(other)) return [other.name];
    return "host" in other ? [other.host] : [];
  });
  const hint = didYouMean(target.name, ["localhost", ...others]);
  return new DfsError("cannot-run", `Cannot resolve ${formatTarget(target)}: ${why}${hint}`);
}
