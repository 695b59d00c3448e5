/**
 * Ten thousand made-up tables of sockets, in every format that a system has for them. Whoever makes
 * one up knows its listeners; what is read from its text must be exactly those, and a fault must
 * never be aimed at anybody else: not a client, whichever end of it has the port, not the owner of
 * a UDP socket, not a listener of another port.
 */
import { describe, expect, test } from "bun:test";
import {
  lsofText,
  mangled,
  netstatLanguages,
  netstatText,
  netTcpConnectionText,
  ownersByInode,
  procNetTcpText,
} from "../../tests/support/listener-table-text.ts";
import {
  listenerTable,
  type TableSocket,
  tablePorts,
} from "../../tests/support/listener-tables.ts";
import type { Listener } from "./listener.ts";
import { listenersOf } from "./listeners-linux.ts";
import { parseLsof } from "./lsof.ts";
import { parseNetTcpConnection } from "./net-tcp-connection.ts";
import { parseNetstat } from "./netstat.ts";
import { parseProcNetTcp } from "./proc-net-tcp.ts";
import type { ProcessFacts } from "./process-facts.ts";
import { relevantPids, resolveTargets } from "./resolve-targets.ts";
import type { Situation } from "./situation.ts";

const tableCount = 10_000;

interface Format {
  readonly name: string;
  readonly read: (table: readonly TableSocket[], seed: number) => readonly Listener[];
  /** The pids that it tells of one listening socket. */
  readonly owners: (socket: TableSocket) => readonly (number | undefined)[];
}

const visibleOwners = ({ owners }: TableSocket) => owners;
const allOwners = ({ owners }: TableSocket) => (owners.length === 0 ? [undefined] : owners);
const firstOwner = ({ owners }: TableSocket) => [owners[0]];

const formats: readonly Format[] = [
  {
    name: "/proc/net/tcp and tcp6",
    read: (table) =>
      listenersOf(
        ([4, 6] as const).flatMap((family) => parseProcNetTcp(procNetTcpText(table, family))),
        ownersByInode(table),
      ),
    owners: allOwners,
  },
  {
    name: "lsof -F",
    read: (table, seed) => parseLsof(lsofText(table, seed)),
    owners: visibleOwners,
  },
  {
    name: "Get-NetTCPConnection",
    read: (table, seed) => parseNetTcpConnection(netTcpConnectionText(table, seed)) ?? [],
    owners: firstOwner,
  },
  {
    name: "netstat in one of its languages, mangled or not",
    read(table, seed) {
      const words = netstatLanguages[seed % netstatLanguages.length];
      if (words === undefined) throw new Error("There is no such language");
      const text = netstatText(table, words);
      return parseNetstat(seed % 2 === 0 ? text : mangled(text));
    },
    owners: firstOwner,
  },
];

/** Independent of every parser: what the table was made of. */
function expected(table: readonly TableSocket[], { owners }: Format): string[] {
  return table
    .filter(({ protocol, state }) => protocol === "tcp" && state === "listen")
    .flatMap((socket) =>
      owners(socket).map((pid) => `${socket.local.canonical} ${socket.localPort} ${pid}`),
    )
    .sort();
}

for (const format of formats) {
  describe(`${tableCount} tables in the format of ${format.name}`, () => {
    test("give their listeners, all of them and nothing else", () => {
      for (let seed = 1; seed <= tableCount; seed++) {
        const table = listenerTable(seed);
        const found = format
          .read(table, seed)
          .map(({ address, port, pid }) => `${address} ${port} ${pid}`)
          .sort();
        const wanted = expected(table, format);
        if (found.join("\n") === wanted.join("\n")) continue;
        expect({ seed, found }).toEqual({ seed, found: wanted });
      }
    }, 60_000);

    test("never make a fault hit any other process", () => {
      let hitCount = 0;
      for (let seed = 1; seed <= tableCount; seed++) {
        const table = listenerTable(seed);
        const port = tablePorts[seed % tablePorts.length] ?? 0;
        const hit = pidsHit(format.read(table, seed), table, port);
        const mayBeHit = listenersAt(table, port);
        hitCount += hit.length;
        if (hit.every((pid) => mayBeHit.has(pid))) continue;
        expect({ seed, port, hit }).toEqual({ seed, port, hit: [...mayBeHit] });
      }
      // Most tables have no listener of the port, but far from all.
      expect(hitCount).toBeGreaterThan(tableCount / 10);
    }, 60_000);
  });
}

function listenersAt(table: readonly TableSocket[], port: number): ReadonlySet<number> {
  const sockets = table.filter(
    ({ protocol, state, localPort }) =>
      protocol === "tcp" && state === "listen" && localPort === port,
  );
  return new Set(sockets.flatMap(({ owners }) => owners));
}

/** Everybody in the table lives, and `--all` permits as many as there are. */
function pidsHit(
  listeners: readonly Listener[],
  table: readonly TableSocket[],
  port: number,
): readonly number[] {
  const scene: Omit<Situation, "processes"> = {
    ...{ fault: "crash", port, addresses: undefined, pid: undefined, all: true, force: true },
    ...{ expect: undefined, parentOf: () => undefined, listeners, ownPid: 1, ownUid: 0 },
    ...{ lineage: new Set([1]), reserved: new Map([[1, "init"]]) },
  };
  const asked = new Set(relevantPids(scene));
  const pids = table.flatMap(({ owners }) => owners).filter((pid) => asked.has(pid));
  const processes = new Map(pids.map((pid) => [pid, facts(pid)]));
  const resolution = resolveTargets({ ...scene, processes });
  if (resolution.kind === "refused") return [];
  return resolution.targets.map(({ process }) => process.pid);
}

function facts(pid: number): ProcessFacts {
  return {
    ...{ pid, parentPid: 1, name: "dfs", executable: "/usr/bin/dfs", commandLine: "dfs serve" },
    ...{ startedUs: 0, identity: String(pid), uid: 1000, user: "anna", state: "running" },
    leadsForegroundJob: false,
  };
}
