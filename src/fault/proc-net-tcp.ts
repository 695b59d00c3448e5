import { canonicalAddress } from "./ip-address.ts";

/** A listening socket as /proc/net/tcp and tcp6 show it; its owners are found by its inode. */
export interface ListeningSocket {
  readonly address: string;
  readonly port: number;
  readonly uid: number;
  readonly inode: number;
}

/**
 * `sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode ...`,
 * addresses in hexadecimal; state 0A is TCP_LISTEN (proc_pid_net(5), include/net/tcp_states.h of
 * Linux).
 */
const row = new RegExp(
  String.raw`^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A ` +
    String.raw`\S+ \S+ \S+ +(\d+) +\d+ (\d+)`,
);

/** The listening rows of the text of /proc/net/tcp or /proc/net/tcp6; all others are skipped. */
export function parseProcNetTcp(text: string): ListeningSocket[] {
  const sockets: ListeningSocket[] = [];
  for (const line of text.split("\n")) {
    const match = row.exec(line);
    const address = match === null ? undefined : decodeAddress(match[1] ?? "");
    if (match === null || address === undefined) continue;
    sockets.push({
      address,
      port: Number.parseInt(match[2] ?? "", 16),
      uid: Number(match[3]),
      inode: Number(match[4]),
    });
  }
  return sockets;
}

/**
 * The kernel prints each 32-bit word of the address in host order: little-endian wherever Bun runs.
 */
function decodeAddress(hex: string): string | undefined {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join(".");
  return canonicalAddress(bytes.join("").match(/.{4}/g)?.join(":") ?? "");
}
