import { describe, expect, test } from "bun:test";
import { canonicalAddress, formatSocketAddress, servesAddress } from "./ip-address.ts";

describe("canonicalAddress()", () => {
  const spellings: readonly [string, string | undefined][] = [
    ["127.0.0.1", "127.0.0.1"],
    ["255.255.255.255", "255.255.255.255"],
    ["::1", "::1"],
    ["[::1]", "::1"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["0000:0000:0000:0000:0000:0000:0000:0000", "::"],
    ["FE80::00AB%eth0", "fe80::ab"],
    // 7f00:0001 is 127.0.0.1 in hexadecimal.
    ["::ffff:7f00:1", "127.0.0.1"],
    ["::ffff:127.0.0.1", "127.0.0.1"],
    ["0:0:0:0:0:ffff:c0a8:0114", "192.168.1.20"],
    ["256.0.0.1", undefined],
    ["1.2.3", undefined],
    ["1.2.3.4.", undefined],
    ["localhost", undefined],
    ["::1::", undefined],
    ["", undefined],
    ["*", undefined],
  ];
  for (const [text, address] of spellings) {
    test(`canonicalAddress() reads "${text}" as ${address}`, () => {
      expect(canonicalAddress(text)).toBe(address);
    });
  }
});

describe("servesAddress()", () => {
  const rows: readonly [bound: string, wanted: string, serves: boolean][] = [
    ["127.0.0.1", "127.0.0.1", true],
    ["127.0.0.1", "127.0.0.2", false],
    ["127.0.0.1", "::1", false],
    ["0.0.0.0", "127.0.0.1", true],
    ["0.0.0.0", "::1", false],
    ["::", "::1", true],
    // Dual stack: an IPv6 wildcard takes IPv4 connections too.
    ["::", "127.0.0.1", true],
    // A wildcard asked for by name is that wildcard alone.
    ["::", "0.0.0.0", false],
    ["0.0.0.0", "0.0.0.0", true],
    ["::", "::", true],
    ["127.0.0.1", "0.0.0.0", false],
  ];
  for (const [bound, wanted, serves] of rows) {
    test(`servesAddress() says ${serves} of a listener at ${bound} for ${wanted}`, () => {
      expect(servesAddress(bound, wanted)).toBe(serves);
    });
  }
});

test("formatSocketAddress() brackets IPv6 only", () => {
  expect(formatSocketAddress("127.0.0.1", 80)).toBe("127.0.0.1:80");
  expect(formatSocketAddress("::1", 80)).toBe("[::1]:80");
});
