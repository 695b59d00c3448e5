import { describe, expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { addressesOfHost } from "./host-addresses.ts";

describe("addressesOfHost()", () => {
  test("takes localhost for both loopback addresses", async () => {
    expect(await addressesOfHost("LocalHost")).toEqual(["127.0.0.1", "::1"]);
  });

  test("takes an address of this host, and the wildcards, for themselves", async () => {
    for (const address of ["127.0.0.1", "127.8.9.10", "0.0.0.0", "::"]) {
      expect(await addressesOfHost(address)).toEqual([address]);
    }
    const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
    const ipv4 = own.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
    if (ipv4 !== undefined) expect(await addressesOfHost(ipv4)).toEqual([ipv4]);
  });

  test("refuses an address of another host, naming its own", async () => {
    // Reserved for documentation (RFC 5737).
    const foreign = "198.51.100.7";
    expect(addressesOfHost(foreign)).rejects.toThrow(
      "198.51.100.7 is not an address of it; it has 127.0.0.1",
    );
  });

  test("refuses a name that nobody knows", async () => {
    // .invalid never exists (RFC 2606).
    expect(addressesOfHost("dfs.invalid")).rejects.toThrow('Cannot resolve the host "dfs.invalid"');
  });
});
