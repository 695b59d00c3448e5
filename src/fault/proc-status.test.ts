import { describe, expect, test } from "bun:test";
import {
  dropsSignal,
  isActivated,
  leadsNamespace,
  parseProcStatus,
  serviceUnit,
} from "./proc-status.ts";

const sigterm = 15;
const sighup = 1;

/** Of a process that ignores SIGHUP and catches SIGTERM. */
function statusText(namespacePids: string, caught = "0000000000004000"): string {
  return [
    "Name:\tserver",
    "Umask:\t0022",
    "State:\tS (sleeping)",
    "Uid:\t1000\t1001\t1002\t1003",
    `NSpid:\t${namespacePids}`,
    "SigBlk:\t0000000000000000",
    "SigIgn:\t0000000000000001",
    `SigCgt:\t${caught}`,
    "",
  ].join("\n");
}

describe("parseProcStatus()", () => {
  test("reads the effective user, the pids by namespace and the masks", () => {
    expect(parseProcStatus(statusText("4242\t17\t1"))).toEqual({
      uid: 1001,
      namespacePids: [4242, 17, 1],
      ignored: 1n,
      caught: 0x4000n,
    });
  });

  test("makes nothing up for a process that is gone or an old kernel", () => {
    const nothing = { uid: undefined, namespacePids: [], ignored: 0n, caught: 0n };
    expect(parseProcStatus("")).toEqual(nothing);
  });
});

test("leadsNamespace() tells a container's first process, as seen from outside", () => {
  const leads = (pids: string) => leadsNamespace(parseProcStatus(statusText(pids)));
  expect([leads("4242\t1"), leads("4242\t17"), leads("4242"), leads("1")]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

describe("dropsSignal()", () => {
  const inside = parseProcStatus(statusText("4242\t1"));
  const uncaught = parseProcStatus(statusText("4242\t1", "0"));

  test("names a signal that is ignored", () => {
    expect(dropsSignal(inside, sighup)).toContain("ignores");
  });

  test("lets through what is caught, and what nothing can catch", () => {
    expect(dropsSignal(inside, sigterm)).toBeUndefined();
    expect(dropsSignal(uncaught, 9)).toBeUndefined();
    expect(dropsSignal(parseProcStatus(statusText("4242", "0")), sigterm)).toBeUndefined();
  });

  test("names what the kernel keeps from the first process of a container", () => {
    expect(dropsSignal(uncaught, sigterm)).toContain("first process of a container");
  });
});

test("serviceUnit() finds the service in both versions of cgroups, and no login session", () => {
  expect(serviceUnit("0::/system.slice/app.service\n")).toBe("app.service");
  expect(serviceUnit("3:cpu:/\n1:name=systemd:/system.slice/app@1.service\n")).toBe(
    "app@1.service",
  );
  expect(serviceUnit("0::/user.slice/user-1000.slice/session-3.scope\n")).toBeUndefined();
  expect(serviceUnit("0::/user.slice/user-1000.slice/user@1000.service\n")).toBeUndefined();
  expect(serviceUnit("0::/\n")).toBeUndefined();
});

test("isActivated() believes LISTEN_FDS only when LISTEN_PID means the process itself", () => {
  expect(isActivated("PATH=/bin\0LISTEN_PID=7\0LISTEN_FDS=1\0", 7)).toBe(true);
  expect(isActivated("LISTEN_PID=8\0LISTEN_FDS=1\0", 7)).toBe(false);
  expect(isActivated("LISTEN_PID=7\0LISTEN_FDS=0\0", 7)).toBe(false);
  expect(isActivated("", 7)).toBe(false);
});
