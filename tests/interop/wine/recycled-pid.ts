/**
 * Preloaded into dfs.exe: does to the process PROBED_PID what faults do, as if that pid had once
 * been another process. Prints what came of it.
 */

import type { ProcessFacts } from "../../../src/fault/process-facts.ts";
import { livesByHandle, terminateByHandle } from "../../../src/fault/process-handle-windows.ts";
import { claimByHandle, suspendByHandle } from "../../../src/fault/suspension-windows.ts";

const now: ProcessFacts = {
  ...{ pid: Number(process.env["PROBED_PID"]), parentPid: 0, name: "dfs.exe", executable: "" },
  ...{ commandLine: "", startedUs: undefined, identity: "", uid: undefined, user: "" },
  ...{ state: "running", leadsForegroundJob: false },
};
const before: ProcessFacts = { ...now, identity: "134398569001234560" };

terminateByHandle(before);
const seen = {
  lives: livesByHandle(now),
  livedBefore: livesByHandle(before),
  suspended: suspendByHandle(before).resume(),
  claimed: claimByHandle(before).resume(),
};
console.log(JSON.stringify(seen));
