import { describe, expect, test } from "bun:test";
import { TestAuthority } from "../../tests/support/certificates.ts";
import { tempDir } from "../../tests/support/temp-dir.ts";
import { writeIdentity } from "../../tests/support/tls-files.ts";
import { VirtualClock } from "../../tests/support/virtual-clock.ts";
import { limits } from "../base/limits.ts";
import { readTlsMaterial, type TlsMaterial } from "./tls-material.ts";
import { TlsRenewal, tlsFileSource } from "./tls-renewal.ts";

const authority = new TestAuthority();

function material(): TlsMaterial {
  using dir = tempDir();
  const paths = writeIdentity(dir.path, "one", authority.issue({ commonName: "one" }));
  return readTlsMaterial({ ...paths, clientCa: undefined });
}

/** A watch over files that are whatever a test says. */
function watched() {
  const clock = new VirtualClock();
  const files = { stamp: "a", broken: undefined as string | undefined };
  const events: string[] = [];
  const good = material();
  const renewal = new TlsRenewal({
    clock,
    stamp: () => files.stamp,
    read: () => {
      if (files.broken !== undefined) throw new Error(files.broken);
      return good;
    },
    onRenewed: () => events.push(`renewed ${files.stamp}`),
    onRefused: (why) => events.push(`refused: ${why}`),
  });
  const look = (times = 1) => clock.advanceMs(times * limits.tlsLookMs);
  return { files, events, look, renewal };
}

describe("TlsRenewal", () => {
  test("reads nothing while nothing changes", async () => {
    const { events, look } = watched();
    await look(10);
    expect(events).toEqual([]);
  });

  test("reads changed files once, when they have been left alone for a look", async () => {
    const { files, events, look } = watched();
    files.stamp = "b";
    await look();
    files.stamp = "c";
    await look();
    expect(events).toEqual([]);
    await look(5);
    expect(events).toEqual(["renewed c"]);
  });

  test("says once why it refuses, and takes the files when they are mended", async () => {
    const { files, events, look } = watched();
    Object.assign(files, { stamp: "b", broken: "no PEM" });
    await look(5);
    expect(events).toEqual(["refused: no PEM"]);
    Object.assign(files, { stamp: "c", broken: undefined });
    await look(5);
    expect(events).toEqual(["refused: no PEM", "renewed c"]);
  });

  test("does nothing once closed", async () => {
    const { files, events, look, renewal } = watched();
    renewal.close();
    files.stamp = "b";
    await look(5);
    expect(events).toEqual([]);
  });
});

test("tlsFileSource() sees a file replaced by one of the same size, and one that is gone", () => {
  using dir = tempDir();
  const write = () => writeIdentity(dir.path, "one", authority.issue({ commonName: "one" }));
  const paths = write();
  const source = tlsFileSource({ ...paths, clientCa: undefined });
  const before = source.stamp();
  expect(source.stamp()).toBe(before);
  write();
  expect(source.stamp()).not.toBe(before);
  expect(source.read().identity.first.subject).toBe("CN=one");
  dir[Symbol.dispose]();
  expect(source.stamp()).toBe("none none");
  expect(source.read).toThrow("there is no such file");
});
