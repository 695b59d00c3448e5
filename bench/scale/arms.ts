import { HedgeBudget } from "../../src/failover/hedge-budget.ts";
import { createPolicy, type Policy } from "../../src/failover/policy.ts";

/** One way to run the clients; everything else of the world is the same. */
export interface Arm {
  readonly name: string;
  readonly color: string;
  readonly policy: () => Policy;
  readonly budget: () => HedgeBudget;
}

class EndlessBudget extends HedgeBudget {
  override trySpend(): boolean {
    return true;
  }
}

export const arms: readonly Arm[] = [
  {
    name: "adaptive",
    color: "#0969da",
    policy: () => createPolicy("adaptive"),
    budget: () => new HedgeBudget(),
  },
  {
    name: "adaptive without its budget",
    color: "#bf3989",
    policy: () => createPolicy("adaptive"),
    budget: () => new EndlessBudget(),
  },
  {
    name: "retry after 200 ms, without a budget",
    color: "#bc4c00",
    policy: () => createPolicy("retry", 200),
    budget: () => new HedgeBudget(),
  },
];
