import { anyIpv4, anyIpv6, canonicalAddress } from "./ip-address.ts";
import type { Listener } from "./listener.ts";

/**
 * `  TCP    127.0.0.1:50051   0.0.0.0:0   LISTENING   1234` of Windows' `netstat -ano -p TCP` and
 * `-p TCPv6`. Headings and states are localised (ABHÖREN, À L'ÉCOUTE), so a row is a listener by
 * its shape: its foreign end is the wildcard address with port 0.
 */
const row = /^\s*TCP\s+(\[[^\]]+\]|[\d.]+):(\d+)\s+(\[[^\]]+\]|[\d.]+):0\s+(\S.*?)\s+(\d+)\s*$/;

/**
 * States that such a row may have and be no listener: a client before it connects, an end that has
 * closed. netstat lists the former with -q alone, which is not asked for.
 */
const unconnectedStates: readonly string[] = ["BOUND", "CLOSED"];

/**
 * The listening rows; process 0 (what Windows shows for sockets without owner) counts as not
 * visible.
 */
export function parseNetstat(text: string): Listener[] {
  const listeners: Listener[] = [];
  for (const line of text.split("\n")) {
    const match = row.exec(line);
    if (match === null) continue;
    const address = canonicalAddress(match[1] ?? "");
    const foreign = canonicalAddress(match[3] ?? "");
    if (address === undefined || (foreign !== anyIpv4 && foreign !== anyIpv6)) continue;
    if (unconnectedStates.includes(match[4] ?? "")) continue;
    const pid = Number(match[5]);
    listeners.push({
      protocol: "tcp",
      address,
      port: Number(match[2]),
      pid: pid === 0 ? undefined : pid,
      uid: undefined,
    });
  }
  return listeners;
}
