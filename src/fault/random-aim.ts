import { DfsError } from "../base/errors.ts";
import type { FaultOptions } from "./fault-request.ts";
import type { ProcessFacts } from "./process-facts.ts";
import type { RandomKind } from "./random-plan.ts";
import type { RandomRequest } from "./random-request.ts";
import { survey } from "./survey.ts";
import type { System } from "./system.ts";

/**
 * Finds and shows whom the faults of a plan would hit now. A port without a listener is a warning,
 * since a replica may be on its way; a `fault` error when one may not be hit by a kind of fault
 * that the plan has for it.
 */
export async function foreseeRandom(
  { ports, plan, host, expect, force }: ForeseenRequest,
  { system, clock, notify }: FaultOptions & { readonly system: System },
): Promise<ReadonlyMap<number, readonly ProcessFacts[]>> {
  const owners = new Map<number, readonly ProcessFacts[]>();
  for (const port of ports) {
    const [first, ...others] = kindsFor(port, plan);
    if (first === undefined) continue;
    const request = { port, host, expect, force, delayMs: 0 };
    const resolution = await survey(first, request, system);
    const about = { tUs: clock.nowUs(), fault: first, port };
    if (resolution.kind === "refused") {
      const { reason, message } = resolution;
      if (reason !== "nothing-listens") throw new DfsError("fault", message);
      const later = `${message}; it is looked up again at each fault`;
      notify({ kind: "warned", ...about, reason: "port-empty", message: later });
      continue;
    }
    const { targets, notices } = resolution;
    owners.set(
      port,
      targets.map(({ process }) => process),
    );
    notify({ kind: "resolved", ...about, targets });
    for (const notice of notices) notify({ kind: "warned", ...about, ...notice });
    for (const kind of others) {
      const again = await survey(kind, request, system);
      const isRefused = again.kind === "refused" && again.reason !== "nothing-listens";
      if (isRefused) throw new DfsError("fault", again.message);
    }
  }
  return owners;
}

type ForeseenRequest = Pick<RandomRequest, "ports" | "plan" | "host" | "expect" | "force">;

function kindsFor(port: number, plan: RandomRequest["plan"]): readonly RandomKind[] {
  const own = plan.filter((fault) => fault.port === port);
  return [...new Set(own.map(({ kind }) => kind))];
}
