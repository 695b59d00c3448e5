import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { DfsError, messageOf } from "../base/errors.ts";
import { anyIpv4, anyIpv6, canonicalAddress } from "./ip-address.ts";

/**
 * The addresses of this host that `host` names. `localhost` is both loopback addresses whatever the
 * system's tables say. A `fault` error when it names none of this host: faults act on its processes
 * only.
 */
export async function addressesOfHost(host: string): Promise<readonly string[]> {
  if (host.toLowerCase() === "localhost") return ["127.0.0.1", "::1"];
  const literal = canonicalAddress(host);
  const named = literal === undefined ? await addressesByName(host) : [literal];
  const own = ownAddresses();
  const local = named.filter((address) => isOwn(address, own));
  if (local.length > 0) return local;
  throw new DfsError(
    "fault",
    `Cannot inject a fault at host ${host} as faults act on processes of this host only: ` +
      `${named.join(", ")} is not an address of it; it has ${[...own].join(", ")}`,
  );
}

function isOwn(address: string, own: ReadonlySet<string>): boolean {
  if (address === anyIpv4 || address === anyIpv6) return true;
  return address.startsWith("127.") || own.has(address);
}

function ownAddresses(): Set<string> {
  const interfaces = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return new Set(interfaces.map(({ address }) => canonicalAddress(address) ?? address));
}

async function addressesByName(host: string): Promise<string[]> {
  try {
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => canonicalAddress(address) ?? address);
  } catch (error) {
    throw new DfsError("fault", `Cannot resolve the host "${host}": ${messageOf(error)}`, {
      cause: error,
    });
  }
}
