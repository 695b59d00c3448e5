import { hostSystem } from "../../fault/host-system.ts";
import { ownRoster } from "../../fault/roster.ts";
import type { FaultTools } from "../../fault/running-faults.ts";
import type { RunContext } from "../subcommand.ts";

/** Where the faults of this user are, and what looks at them. */
export async function faultTools({ clock }: RunContext): Promise<FaultTools> {
  return { clock, roster: ownRoster(), system: await hostSystem(clock) };
}
