import { hostSystem } from "../../fault/host-system.ts";
import { Registry } from "../../fault/registry.ts";
import { registryDirectories } from "../../fault/registry-directory.ts";
import type { FaultTools } from "../../fault/running-faults.ts";
import type { RunContext } from "../subcommand.ts";

/** Where the faults of this user are, and what looks at them. */
export async function faultTools({ clock }: RunContext): Promise<FaultTools> {
  const registry = new Registry(registryDirectories(process.env));
  return { clock, registry, system: await hostSystem(clock) };
}
