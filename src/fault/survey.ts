import { DfsError } from "../base/errors.ts";
import type { FaultName } from "./fault-kinds.ts";
import type { FaultRequest } from "./fault-request.ts";
import { addressesOfHost } from "./host-addresses.ts";
import { lineageOf } from "./lineage.ts";
import { relevantPids, resolveTargets } from "./resolve-targets.ts";
import type { Resolution } from "./situation.ts";
import type { System } from "./system.ts";

/** Looks at the system now and decides whom the fault hits; asserts that this user may. */
export async function survey(
  fault: FaultName,
  request: FaultRequest,
  system: System,
): Promise<Resolution> {
  const { host, port } = request;
  const [addresses, listeners, parentOf] = await Promise.all([
    host === undefined ? undefined : addressesOfHost(host),
    system.findListeners(),
    system.parentage(),
  ]);
  const scene = {
    ...{ fault, port, addresses, listeners, parentOf },
    ...{ pid: request.pid, expect: request.expect },
    all: request.all ?? false,
    force: request.force ?? false,
    lineage: lineageOf(process.pid, parentOf),
    ownPid: process.pid,
    ownUid: process.getuid?.(),
    reserved: system.reserved,
  };
  const processes = await system.inspect(relevantPids(scene));
  const resolution = resolveTargets({ ...scene, processes });
  if (resolution.kind === "targets") {
    for (const target of resolution.targets) system.assertMaySignal(target.process);
    return resolution;
  }
  const isUnlisted = !listeners.some((listener) => listener.port === port);
  if (isUnlisted && (await system.acceptsConnections(port))) {
    throw new DfsError(
      "fault",
      `Cannot ${fault} the listener of port ${port} as something accepts connections there whose ` +
        "process is not visible to this user; run dfs as its owner or with more rights " +
        "(sudo, an elevated prompt)",
    );
  }
  return resolution;
}
