import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { DfsError, messageOf, systemErrorCode } from "../base/errors.ts";
import type { Listener, ListenerSource } from "./listener.ts";
import { lsofSource } from "./lsof.ts";
import { type ListeningSocket, parseProcNetTcp } from "./proc-net-tcp.ts";

const procSource: ListenerSource = {
  name: "/proc",
  async list() {
    const sockets = listeningSockets();
    return listenersOf(sockets, ownersOf(new Set(sockets.map((socket) => socket.inode))));
  },
};

export const listenerSources: readonly ListenerSource[] = [
  procSource,
  lsofSource(["/usr/bin/lsof", "/usr/sbin/lsof", "/bin/lsof"]),
];

/**
 * One listener per socket and owner; a socket without visible owner is one listener without pid.
 */
export function listenersOf(
  sockets: readonly ListeningSocket[],
  ownersByInode: ReadonlyMap<number, readonly number[]>,
): Listener[] {
  return sockets.flatMap(({ address, port, uid, inode }) => {
    const owners: readonly (number | undefined)[] = ownersByInode.get(inode) ?? [undefined];
    return owners.map((pid) => ({ protocol: "tcp", address, port, pid, uid }) as const);
  });
}

/** Whether the process holds a listening socket of the port; reads its own files alone. */
export function listensOn(pid: number, port: number): boolean {
  const sockets = listeningSockets().filter((socket) => socket.port === port);
  const inodes = new Set(sockets.map(({ inode }) => inode));
  const directory = `/proc/${pid}/fd/`;
  return namesIn(directory).some((fd) => inodes.has(socketInode(linkAt(directory + fd)) ?? -1));
}

function listeningSockets(): ListeningSocket[] {
  try {
    return [
      ...parseProcNetTcp(readFileSync("/proc/net/tcp", "latin1")),
      ...parseProcNetTcp(readTcp6()),
    ];
  } catch (error) {
    throw new DfsError("fault", `/proc/net/tcp cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Absent where the kernel runs without IPv6. */
function readTcp6(): string {
  try {
    return readFileSync("/proc/net/tcp6", "latin1");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return "";
    throw error;
  }
}

/** Pids by socket inode, ascending, from the links in /proc/PID/fd that this user may read. */
function ownersOf(inodes: ReadonlySet<number>): Map<number, number[]> {
  const owners = new Map<number, number[]>();
  for (const entry of namesIn("/proc")) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const directory = `/proc/${entry}/fd/`;
    for (const fd of namesIn(directory)) {
      const inode = socketInode(linkAt(directory + fd));
      if (inode === undefined || !inodes.has(inode)) continue;
      const pids = owners.get(inode) ?? [];
      if (!pids.includes(pid)) pids.push(pid);
      owners.set(inode, pids);
    }
  }
  for (const pids of owners.values()) pids.sort((a, b) => a - b);
  return owners;
}

/** The inode of a link such as `socket:[18437]`. */
export function socketInode(link: string): number | undefined {
  return link.startsWith("socket:[") ? Number(link.slice(8, -1)) : undefined;
}

/** Empty where the process is gone or another user's: both mean that it is not visible. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function linkAt(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
