import { expect, test } from "bun:test";
import {
  authorityOf,
  endpointKey,
  formatEndpoint,
  parseEndpoint,
  quoted,
  serverNameOf,
} from "./endpoint.ts";
import { DfsError } from "./errors.ts";

test.each([
  ["localhost:50051", "localhost", 50051],
  ["127.0.0.1:1", "127.0.0.1", 1],
  ["[::1]:65535", "::1", 65535],
  ["[fe80::1%eth0]:50051", "fe80::1%eth0", 50051],
  ["replica-1.example:50051", "replica-1.example", 50051],
  ["replica_1:50051", "replica_1", 50051],
])(
  "parseEndpoint(%j) is host %j and port %d, and formatEndpoint() undoes it",
  (text, host, port) => {
    expect(parseEndpoint(text)).toEqual({ host, port });
    expect(formatEndpoint({ host, port })).toBe(text);
  },
);

test.each([
  "",
  "localhost",
  ":50051",
  "localhost:",
  "localhost:0",
  "localhost:65536",
  "localhost:-1",
  "localhost:5x",
  "::1:50051",
  "[::1]",
  "[1.2.3.4]:5",
  "[::1::1]:5",
  "a b:1",
  "http://localhost:50051",
  "localhost:1,localhost:2",
])("parseEndpoint() refuses %j as a usage error that quotes it", (text) => {
  let thrown: unknown;
  try {
    parseEndpoint(text);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(DfsError);
  expect(thrown).toMatchObject({ code: "usage" });
  expect(String(thrown)).toContain(`"${text}"`);
});

test.each([
  ["[::1]:5", "[0:0:0:0:0:0:0:1]:5"],
  ["[fe80::1%eth0]:5", "[FE80:0::1%eth0]:5"],
  ["[::ffff:127.0.0.1]:5", "[::ffff:7f00:1]:5"],
  ["[::ffff:127.0.0.1]:5", "127.0.0.1:5"],
  ["127.0.0.1:5", "127.1:5"],
  ["127.0.0.1:5", "127.0.0.01:5"],
  ["127.0.0.1:5", "0x7F000001:5"],
  ["127.0.0.1:5", "2130706433:5"],
  ["999.9.9.9.9:5", "999.9.9.9.9.:5"],
  ["localhost:5", "LocalHost:5"],
  ["search.example:5", "search.example.:0005"],
])("endpointKey() is the same for %s and %s", (a, b) => {
  expect(endpointKey(parseEndpoint(a))).toBe(endpointKey(parseEndpoint(b)));
});

test("endpointKey() tells apart what may be two replicas", () => {
  const texts = ["localhost:5", "localhost:6", "127.0.0.1:5", "[::1]:5", "[fe80::1%a]:5"];
  const keys = [...texts, "[fe80::1%b]:5"].map((text) => endpointKey(parseEndpoint(text)));
  expect(new Set([...keys, endpointKey({ path: "/run/a" })]).size).toBe(7);
});

test("a server is asked as the name that was typed, whichever address of it is dialled", () => {
  const resolved = { host: "10.0.0.3", port: 50051, serverName: "search.example" };
  expect([authorityOf(resolved), serverNameOf(resolved), formatEndpoint(resolved)]).toEqual([
    ...["search.example:50051", "search.example", "10.0.0.3:50051"],
  ]);
  expect(authorityOf({ host: "::1", port: 5 })).toBe("[::1]:5");
  expect([authorityOf({ path: "/run/a" }), serverNameOf({ path: "/run/a" })]).toEqual([
    ...["localhost", "localhost"],
  ]);
});

test("quoted() is one short printable line, whatever was typed", () => {
  expect(quoted("a\u001b[31m\nb")).toBe('"a\\u{1b}[31m\\nb"');
  expect(quoted("x".repeat(5000))).toBe(`"${"x".repeat(80)}..." (5000 characters)`);
});
