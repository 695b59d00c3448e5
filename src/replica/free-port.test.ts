import { expect, test } from "bun:test";
import { isPortFree, pickFreePortRun } from "./free-port.ts";

test("pickFreePortRun() finds a run of neighbours that are all free", async () => {
  const first = await pickFreePortRun("localhost", 8);
  expect(first).toBeGreaterThan(0);
  const ports = Array.from({ length: 8 }, (_, index) => (first ?? 0) + index);
  expect(Math.max(...ports)).toBeLessThanOrEqual(65535);
  const free = await Promise.all(ports.map((port) => isPortFree("localhost", port)));
  // Another process may have taken one since; hardly two.
  expect(free.filter(Boolean).length).toBeGreaterThanOrEqual(7);
});

test("pickFreePortRun() finds none on an address that is not this machine's", async () => {
  // 192.0.2.0/24 is reserved for documentation (RFC 5737).
  expect(await pickFreePortRun("192.0.2.1", 2)).toBeUndefined();
});
