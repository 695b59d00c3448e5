import { expect, test } from "bun:test";
import { resolve } from "node:path";
import { DfsError } from "./errors.ts";
import { formatTarget, parseTarget, refuseDuplicates, type Target } from "./target.ts";

test.each<[string, Target]>([
  ["localhost:50051", { host: "localhost", port: 50051 }],
  ["[::1]:5", { host: "::1", port: 5 }],
  ["dns:50051", { host: "dns", port: 50051 }],
  ["replica_1.b\u00fcro-2.:5", { host: "replica_1.b\u00fcro-2.", port: 5 }],
  ["unix:///run/dfs.sock", { path: "/run/dfs.sock" }],
  ["unix:/run/dfs.sock", { path: "/run/dfs.sock" }],
  ["unix:///run/a b.sock", { path: "/run/a b.sock" }],
  ["unix:///run/../run/dfs.sock", { path: "/run/dfs.sock" }],
  ["UNIX:///run/dfs.sock", { path: "/run/dfs.sock" }],
  ["unix:dfs.sock", { path: resolve("dfs.sock") }],
  ["dns:///search.default.svc:50051", { name: "search.default.svc", port: 50051 }],
  ["dns:search:50051", { name: "search", port: 50051 }],
  ["dns:///[::1]:5", { name: "::1", port: 5 }],
])("parseTarget(%j) is %j, and formatTarget() is the same again", (text, target) => {
  expect(parseTarget(text)).toEqual(target);
  expect(parseTarget(formatTarget(target))).toEqual(target);
});

const maxBytes = process.platform === "linux" ? 107 : 103;
const tooLong = `unix:///${"é".repeat(60)}`;
const form = "it must be host:port with a port in 1..65535";

test.each<[string, string]>([
  ["", form],
  ["localhost", form],
  ["a b:1", form],
  [`${"h".repeat(300)}:1`, "the name of a host has at most 253 characters, and 63 between"],
  [`${"h".repeat(64)}.a:1`, "the name of a host has at most 253 characters, and 63 between"],
  ["$(id):1", 'letters, digits, and the characters - _ . alone, not "$"; did you mean "id:1"?'],
  ["a\\b:1", 'not "\\"; did you mean "ab:1"?'],
  ["***:1", 'the characters - _ . alone, not "*"'],
  ["a..b:1", 'has no two dots in a row; did you mean "a.b:1"?'],
  [".a:1", 'begins with no dot and has no two dots in a row; did you mean "a:1"?'],
  ["..:1", "begins with no dot and has no two dots in a row"],
  ["0.0.0.0:1", 'to listen on, not one to connect to; did you mean "127.0.0.1:1"?'],
  ["0:1", '0 is an address to listen on, not one to connect to; did you mean "127.0.0.1:1"?'],
  ["[::]:1", ':: is an address to listen on, not one to connect to; did you mean "[::1]:1"?'],
  ["[::ffff:0.0.0.0]:1", 'did you mean "127.0.0.1:1"?'],
  ["dns:///0.0.0.0:1", 'did you mean "dns:///127.0.0.1:1"?'],
  ["dns:///a..b:1", 'did you mean "dns:///a.b:1"?'],
  [`${"h".repeat(100_000)}:1`, "(100002 characters)"],
  ["ipv4:1.2.3.4:5", form],
  ["a\u001b[31mb:1", '"a\\u{1b}[31mb:1"'],
  ["unix:///run/\u0007", '"unix:///run/\\u{7}"'],
  ["a\u202eb:1", '"a\\u{202e}b:1"'],
  ["http://localhost:5", 'there is no scheme "http"; did you mean "localhost:5"?'],
  ["unx:///run/a", 'there is no scheme "unx"; did you mean "unix"?'],
  ["ftp://nothing", 'there is no scheme "ftp"'],
  ["unix:", "it names no socket"],
  ["unix:///run/", "it names no socket"],
  ["unix://run/a", "a path after unix:// must be absolute: unix:///path, or unix:path"],
  ["unix:///run/a,b", "the path may hold no comma"],
  ["unix-abstract:a", "abstract sockets are not supported"],
  [tooLong, `has at most ${maxBytes} bytes: it has 121`],
  ["dns://8.8.8.8/search:50051", 'never by another server ("8.8.8.8")'],
  ["dns://search:50051", "it must be dns:///name:port"],
  ["dns:///search", "no SRV records are asked for one: dns:///search:50051"],
  ["dns:///_grpc._tcp.search", "it needs a port, since no SRV records are asked"],
  ["dns:///search:0", "it must be dns:///name:port with a port in 1..65535"],
  ["dns:///a/b:1", "it must be dns:///name:port"],
  ["dns:///", "it must be dns:///name:port"],
])("parseTarget() refuses %j in one printable line: %s", (text, why) => {
  let thrown: unknown;
  try {
    parseTarget(text);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(DfsError);
  const message = thrown instanceof DfsError ? thrown.message : "";
  expect(message).toStartWith("Cannot use ");
  expect(message).toContain(why);
  expect(message.length).toBeLessThan(400);
  expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test.each<[string, string, string]>([
  ["localhost:50051", "localhost:50051", 'names "localhost:50051" twice'],
  [
    ...(["[::1]:5", "[0:0:0:0:0:0:0:1]:5"] as const),
    'names "[::1]:5" and "[0:0:0:0:0:0:0:1]:5", which are the same: [::1]:5',
  ],
  [
    ...(["unix:/run/../run/a", "unix:///run/a"] as const),
    'names "unix:/run/../run/a" and "unix:///run/a", which are the same: unix:///run/a',
  ],
  [
    ...(["localhost:5", "127.0.0.1:5"] as const),
    'names "localhost:5" and "127.0.0.1:5", which are the same: 127.0.0.1:5',
  ],
  [
    ...(["[::1]:5", "LOCALHOST:5"] as const),
    'names "[::1]:5" and "LOCALHOST:5", which are the same: [::1]:5',
  ],
  [
    ...(["search:5", "dns:///search:5"] as const),
    'names "search:5" and "dns:///search:5", which are the same: search:5',
  ],
  [
    ...(["dns:///Search:5", "dns:search:5"] as const),
    'names "dns:///Search:5" and "dns:search:5", which are the same: dns:///search:5',
  ],
])("refuseDuplicates() refuses %s beside %s", (a, b, message) => {
  const targets = [a, "other:1", b].map((text) => ({ text, target: parseTarget(text) }));
  expect(() => refuseDuplicates(targets, "--replicas")).toThrow(`--replicas ${message}`);
  expect(() => refuseDuplicates(targets.slice(1), "--replicas")).not.toThrow();
});

test.each([
  ["[::1]:5", "127.0.0.1:5"],
  ["localhost:5", "127.0.0.1:6"],
  ["localhost:5", "127.0.0.2:5"],
  ["dns:///search:5", "dns:///other:5"],
])("refuseDuplicates() takes %s beside %s: they may be two servers", (a, b) => {
  const targets = [a, b].map((text) => ({ text, target: parseTarget(text) }));
  expect(() => refuseDuplicates(targets, "--replicas")).not.toThrow();
});
