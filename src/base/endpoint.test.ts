import { expect, test } from "bun:test";
import { formatEndpoint, parseEndpoint } from "./endpoint.ts";
import { DfsError } from "./errors.ts";

test.each([
  ["localhost:50051", "localhost", 50051],
  ["127.0.0.1:1", "127.0.0.1", 1],
  ["[::1]:65535", "::1", 65535],
  ["[fe80::1%eth0]:50051", "fe80::1%eth0", 50051],
  ["replica-1.example:50051", "replica-1.example", 50051],
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
