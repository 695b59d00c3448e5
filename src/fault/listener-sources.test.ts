/**
 * The contract of every listener finder: one list of cases over what each reads of the same scene.
 *
 * The scene: process a listens on port 50051 at 127.0.0.1 and ::1, b on 50052 at the IPv6 wildcard
 * for both families, d on 5005, e and f each with a socket of its own on 50053, g and its fork h
 * share one on 50054, n (another user's) listens on 50055. Process c holds client connections to
 * 50051 and 50052, u has UDP sockets on both, and closed connections linger in TIME_WAIT.
 *
 * linux-*: captured on Linux 6.18 with lsof 4.95.0, as root and as another user. macos-*:
 * transcribed by the "OUTPUT FOR OTHER PROGRAMS" section of lsof(8) in Apple's manual pages; lsof
 * prints the same fields there. windows-netstat-*: transcribed after Microsoft's documentation of
 * netstat (-a -n -o) and listings of German and French systems, the French one with its state
 * translated as well; the Japanese and Chinese ones translate the headings alone. windows-net-tcp-
 * connection-*: transcribed after the class MSFT_NetTCPConnection in Microsoft's documentation
 * (State 2 is Listen).
 */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Listener } from "./listener.ts";
import { listenersOf, socketInode } from "./listeners-linux.ts";
import { parseLsof } from "./lsof.ts";
import { parseNetTcpConnection } from "./net-tcp-connection.ts";
import { parseNetstat } from "./netstat.ts";
import { parseProcNetTcp } from "./proc-net-tcp.ts";

type Role = "a" | "b" | "c" | "d" | "e" | "f" | "g" | "h" | "n" | "u";

interface Finder {
  readonly name: string;
  readonly listeners: readonly Listener[];
  readonly pids: Readonly<Record<Role, number>>;
  /** Ports of connections that c made, so local ports of client rows. */
  readonly clientPorts: readonly number[];
  /** Case name to the reason why this finder cannot have it. */
  readonly skips: Readonly<Record<string, string>>;
}

function fixture(name: string): string {
  return readFileSync(join(import.meta.dir, "fixtures", name), "utf8");
}

/** Reads lines such as `/proc/7792/fd/3 -> socket:[12999]`. */
function ownersByInode(name: string): Map<number, number[]> {
  const owners = new Map<number, number[]>();
  for (const line of fixture(name).trim().split("\n")) {
    const [path = "", link = ""] = line.split(" -> ");
    const inode = socketInode(link) ?? 0;
    owners.set(inode, [...(owners.get(inode) ?? []), Number(path.split("/")[2])]);
  }
  return owners;
}

function linuxProc(linksName: string): Listener[] {
  const sockets = ["linux-proc-net-tcp.txt", "linux-proc-net-tcp6.txt"].flatMap((name) =>
    parseProcNetTcp(fixture(name)),
  );
  return listenersOf(sockets, ownersByInode(linksName));
}

const sharedSocket = "two processes share one socket";
const linux = {
  pids: {
    ...{ a: 7792, b: 7793, c: 8126, d: 7794, e: 7795, f: 7796, g: 7797, h: 8121, n: 8125, u: 7798 },
  },
  clientPorts: [58244, 49846, 52760],
  skips: {},
};
const macos = {
  pids: { a: 611, b: 612, c: 619, d: 613, e: 614, f: 615, g: 616, h: 617, n: 618, u: 620 },
  clientPorts: [61044, 61045, 61046],
  skips: {},
};
const windows = {
  pids: {
    ...{ a: 7792, b: 7796, c: 7816, d: 7800, e: 7804, f: 7808, g: 7824, h: -1, n: 7812, u: 7820 },
  },
  clientPorts: [61044, 61045, 61046, 61050],
  skips: { [sharedSocket]: "Windows names one owner for a socket" },
};

const finders: readonly Finder[] = [
  { name: "/proc of Linux", listeners: linuxProc("linux-proc-fd-links.txt"), ...linux },
  ...[
    { system: linux, name: "linux-lsof-listen.txt" },
    { system: linux, name: "linux-lsof-everything.txt" },
    { system: macos, name: "macos-lsof-listen.txt" },
    { system: macos, name: "macos-lsof-everything.txt" },
  ].map(({ system, name }) => ({ name, listeners: parseLsof(fixture(name)), ...system })),
  ...["windows-net-tcp-connection-listen.json", "windows-net-tcp-connection-everything.json"].map(
    (name) => ({ name, listeners: parseNetTcpConnection(fixture(name)) ?? [], ...windows }),
  ),
  // In a console's code page, of which all but ASCII arrives mangled, the last three.
  ...["en", "de", "fr", "de-cp850", "ja-cp932", "zh-gbk"].map((edition) => {
    const name = `windows-netstat-${edition}.txt`;
    return { name, listeners: parseNetstat(fixture(name)), ...windows };
  }),
];

interface Case {
  readonly name: string;
  readonly port: number;
  /** Addresses and owners, in any order. */
  readonly expected: readonly (readonly [address: string, role: Role])[];
}

const cases: readonly Case[] = [
  {
    name: "one process listens at 127.0.0.1 and ::1, with clients and UDP beside it",
    port: 50051,
    expected: [
      ["127.0.0.1", "a"],
      ["::1", "a"],
    ],
  },
  { name: "the IPv6 wildcard, with an IPv4 client", port: 50052, expected: [["::", "b"]] },
  {
    name: "two processes listen, each with its own socket",
    port: 50053,
    expected: [
      ["0.0.0.0", "e"],
      ["0.0.0.0", "f"],
    ],
  },
  {
    name: sharedSocket,
    port: 50054,
    expected: [
      ["127.0.0.1", "g"],
      ["127.0.0.1", "h"],
    ],
  },
  { name: "a port whose number begins another's", port: 5005, expected: [["127.0.0.1", "d"]] },
  { name: "another user's process", port: 50055, expected: [["127.0.0.1", "n"]] },
  { name: "a port without listener", port: 50099, expected: [] },
  { name: "a number that is a part of others", port: 5, expected: [] },
];

for (const finder of finders) {
  describe(`The listeners found by ${finder.name}`, () => {
    for (const { name, port, expected } of cases) {
      const reason = finder.skips[name];
      test.skipIf(reason !== undefined)(`${name}${reason ? ` (${reason})` : ""}`, () => {
        const found = finder.listeners.filter((listener) => listener.port === port);
        expect(found.map(({ address, pid }) => `${address} ${pid}`).sort()).toEqual(
          expected.map(([address, role]) => `${address} ${finder.pids[role]}`).sort(),
        );
      });
    }

    test("are never a client, its port, a UDP socket or process 0", () => {
      expect(finder.listeners.length).toBeGreaterThan(7);
      for (const { pid, port, protocol } of finder.listeners) {
        expect([0, finder.pids.c, finder.pids.u]).not.toContain(pid);
        expect(finder.clientPorts).not.toContain(port);
        expect(protocol).toBe("tcp");
      }
    });
  });
}

describe("What another user sees", () => {
  test("/proc of Linux tells the address and uid of a socket whose owner it hides", () => {
    const listeners = linuxProc("linux-proc-fd-links-as-nobody.txt");
    expect(listeners.filter(({ port }) => port === 5005)).toEqual([
      { protocol: "tcp", address: "127.0.0.1", port: 5005, pid: undefined, uid: 0 },
    ]);
    // Its own process it does see; 65534 is the uid of nobody.
    expect(listeners.filter(({ port }) => port === 50055)).toEqual([
      { protocol: "tcp", address: "127.0.0.1", port: 50055, pid: 8125, uid: 65534 },
    ]);
  });

  test("lsof shows its own listeners alone", () => {
    expect(parseLsof(fixture("linux-lsof-listen-as-nobody.txt"))).toEqual([
      { protocol: "tcp", address: "127.0.0.1", port: 50055, pid: 8125, uid: 65534 },
    ]);
  });
});

describe("The Linux finders", () => {
  test("read an IPv4-mapped address as IPv4", () => {
    for (const listeners of [
      linuxProc("linux-proc-fd-links.txt"),
      parseLsof(fixture("linux-lsof-listen.txt")),
    ]) {
      expect(listeners.filter(({ port }) => port === 50056)).toEqual([
        { protocol: "tcp", address: "127.0.0.1", port: 50056, pid: 7799, uid: 0 },
      ]);
    }
  });
});

describe("Odd rows", () => {
  test("parseLsof() keeps files apart and drops sockets without port or state", () => {
    const text =
      "p7\nu501\nf3\ntIPv4\nPTCP\nn*:*\nTST=CLOSED\nf4\ntIPv6\nPTCP\nn[fe80:1::1]:7\nTST=LISTEN\n";
    expect(parseLsof(text)).toEqual([
      { protocol: "tcp", address: "fe80::1", port: 7, pid: 7, uid: 501 },
    ]);
    expect(parseLsof("p7\nf3\ntIPv4\nPTCP\nn*:7\n")).toEqual([]);
    expect(parseLsof("")).toEqual([]);
  });

  test("parseNetstat() takes a listener without owner for one that is not visible", () => {
    const text = "  TCP    127.0.0.1:50051        0.0.0.0:0              LISTENING       0\r\n";
    expect(parseNetstat(text)).toEqual([
      { protocol: "tcp", address: "127.0.0.1", port: 50051, pid: undefined, uid: undefined },
    ]);
  });

  test("parseNetstat() takes no socket that is merely bound, or closed, for a listener", () => {
    for (const state of ["BOUND", "CLOSED"]) {
      const row = `  TCP    0.0.0.0:50051          0.0.0.0:0              ${state}          7\r\n`;
      expect(parseNetstat(row)).toEqual([]);
    }
  });

  test("parseNetstat() and parseNetTcpConnection() read addresses with a zone", () => {
    const listener = { protocol: "tcp", address: "fe80::1", port: 50051, pid: 7, uid: undefined };
    const text = "  TCP    [fe80::1%12]:50051     [::%12]:0              LISTENING       7\r\n";
    expect(parseNetstat(text)).toEqual([listener as Listener]);
    const row = { LocalAddress: "fe80::1%12", LocalPort: 50051, State: 2, OwningProcess: 7 };
    expect(parseNetTcpConnection(JSON.stringify(row))).toEqual([listener as Listener]);
  });

  test("parseNetstat() wants both the wildcard address and port 0 at the foreign end", () => {
    for (const foreign of ["10.0.0.1:0", "0.0.0.0:51", "[::1]:0", "*:*"]) {
      expect(parseNetstat(`  TCP    127.0.0.1:50051    ${foreign}    ABHÖREN    7\r\n`)).toEqual(
        [],
      );
    }
  });

  test("parseNetTcpConnection() reads a lone row, a named state, a byte order mark", () => {
    const row =
      '{"LocalAddress":"::1","LocalPort":7,"RemotePort":0,"State":"Listen","OwningProcess":8}';
    const listener = { protocol: "tcp", address: "::1", port: 7, pid: 8, uid: undefined } as const;
    expect(parseNetTcpConnection(row)).toEqual([listener]);
    expect(parseNetTcpConnection(`\uFEFF[${row}]\r\n`)).toEqual([listener]);
    expect(parseNetTcpConnection("\r\n")).toEqual([]);
  });

  test("parseNetTcpConnection() tells what is not its JSON from an empty list", () => {
    for (const text of ["Get-NetTCPConnection : not recognized", "null", "[1]", "[{]"]) {
      expect(parseNetTcpConnection(text)).toBeUndefined();
    }
  });

  test("parseProcNetTcp() skips the heading and what it cannot read", () => {
    expect(
      parseProcNetTcp("  sl  local_address rem_address   st\n   0: zz:138D 0:0 0A\n\n"),
    ).toEqual([]);
  });
});
