import { type Random, seededRandom } from "../../src/base/random.ts";

/** One address in every spelling that a system has for it, each written down by hand. */
export interface TableAddress {
  /** As the product spells it. */
  readonly canonical: string;
  readonly isIpv6: boolean;
  /** As /proc/net/tcp and tcp6 print it. */
  readonly proc: string;
  readonly lsof: string;
  /** As Get-NetTCPConnection prints it, and netstat, there in brackets when it is IPv6. */
  readonly windows: string;
}

const zeros = "00000000";
const wildcard4 = address("0.0.0.0", { proc: zeros, lsof: "*" });
const wildcard6 = address("::", { proc: zeros.repeat(4), lsof: "*" });
const locals: readonly TableAddress[] = [
  wildcard4,
  wildcard6,
  address("127.0.0.1", { proc: "0100007F" }),
  address("127.0.0.5", { proc: "0500007F" }),
  address("192.168.1.20", { proc: "1401A8C0" }),
  address("::1", { proc: `${zeros.repeat(3)}01000000` }),
  address("2001:db8::5", { proc: `B80D0120${zeros.repeat(2)}05000000` }),
  address("fe80::9d2c:8a5f:1c2d:3e4f", {
    proc: `000080FE${zeros}5F8A2C9D4F3E2D1C`,
    // With its interface: macOS in the second word, Windows at the end.
    lsof: "[fe80:4::9d2c:8a5f:1c2d:3e4f]",
    windows: "fe80::9d2c:8a5f:1c2d:3e4f%12",
  }),
  {
    ...address("127.0.0.1", { proc: `${zeros.repeat(2)}FFFF00000100007F` }),
    ...{ isIpv6: true, lsof: "[::ffff:127.0.0.1]", windows: "::ffff:127.0.0.1" },
  },
];

function address(
  canonical: string,
  spellings: Partial<TableAddress> & Pick<TableAddress, "proc">,
): TableAddress {
  const isIpv6 = canonical.includes(":");
  const lsof = isIpv6 ? `[${canonical}]` : canonical;
  return { canonical, isIpv6, lsof, windows: canonical, ...spellings };
}

export type TableState =
  | "listen"
  | "established"
  | "closeWait"
  | "synSent"
  | "synReceived"
  | "timeWait"
  /** Has a port of its own, and neither listens nor is connected: a client before connect(). */
  | "bound";

/** A socket as whoever made up the table knows it. */
export interface TableSocket {
  readonly protocol: "tcp" | "udp";
  /** Of a UDP socket: `bound`. */
  readonly state: TableState;
  readonly local: TableAddress;
  readonly localPort: number;
  /** The wildcard address and port 0 where there is no peer; that of a peer may be 0 too. */
  readonly remote: TableAddress;
  readonly remotePort: number;
  /** None: nobody may know, or nobody owns it any more. Windows names the first alone. */
  readonly owners: readonly number[];
  readonly uid: number;
  /** Unique; 0 for one that no process owns any more. */
  readonly inode: number;
}

/**
 * Ports that are parts of each other, in decimal (5005 of 50051) and in the hexadecimal of /proc
 * (20485 is 5005 there).
 */
export const tablePorts = [
  50051, 50052, 5005, 500, 5, 51, 15005, 20485, 50510, 10, 65535, 1, 61044,
] as const;
/** Pids that look like ports, inodes, states and descriptors. */
const pids = [2, 3, 4, 7, 10, 11, 100, 500, 5005, 7792, 20485, 50051, 50052, 51, 65535, 4194303];

const clientStates = ["established", "closeWait", "synSent", "synReceived", "timeWait"] as const;

/** A table of the sockets of one host; the same seed makes the same one. */
export function listenerTable(seed: number): readonly TableSocket[] {
  const random = seededRandom(seed);
  // Now and then a table is empty, has one row, or has very many.
  const scale = random.next();
  const count = scale < 0.98 ? Math.floor(random.next() * 24) : 400;
  return Array.from({ length: count }, (_, index) => socket(random, index));
}

function socket(random: Random, index: number): TableSocket {
  const pick = <T>(from: readonly [T, ...T[]] | readonly T[]): T =>
    from[Math.floor(random.next() * from.length)] as T;
  const owners = random.next() < 0.08 ? [] : [pick(pids)];
  const heir = pick(pids);
  // A socket that was inherited by a fork, or passed on.
  if (owners.length > 0 && random.next() < 0.15 && !owners.includes(heir)) owners.push(heir);
  const local = pick(locals);
  const common = {
    ...{ local, localPort: pick(tablePorts), uid: pick([0, 10, 501, 1000, 50051]) },
    ...{ remote: local.isIpv6 ? wildcard6 : wildcard4, remotePort: 0 },
    ...{ owners: owners.sort((a, b) => a - b), inode: 50_000 + index },
  };
  const kind = random.next();
  if (kind < 0.3) return { ...common, protocol: "tcp", state: "listen" };
  if (kind < 0.42) return { ...common, protocol: "udp", state: "bound" };
  if (kind < 0.5) return { ...common, protocol: "tcp", state: "bound" };
  const state = pick(clientStates);
  const peers = locals.filter((other) => other.isIpv6 === local.isIpv6 && other.lsof !== "*");
  const peer = { remote: pick(peers), remotePort: pick([0, ...tablePorts]) };
  const left = state === "timeWait" ? { owners: [], inode: 0 } : {};
  return { ...common, ...peer, ...left, protocol: "tcp", state };
}
