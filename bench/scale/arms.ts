import { HedgeBudget } from "../../src/failover/hedge-budget.ts";
import { createPolicy, type Policy } from "../../src/failover/policy.ts";

/** One way to run the clients; everything else of the world is the same. */
export interface Arm {
  readonly name: string;
  /** Of its line in the picture, on light and on dark ground alike. */
  readonly color: string;
  readonly policy: () => Policy;
  readonly budget: () => HedgeBudget;
}

class EndlessBudget extends HedgeBudget {
  override trySpend(): boolean {
    return true;
  }
}

export const adaptiveArm: Arm = {
  name: "adaptive",
  color: "#2f81f7",
  policy: () => createPolicy("adaptive"),
  budget: () => new HedgeBudget(),
};

export const arms: readonly Arm[] = [
  adaptiveArm,
  {
    name: "adaptive, hedges without a budget",
    color: "#bf5fd6",
    policy: () => createPolicy("adaptive"),
    budget: () => new EndlessBudget(),
  },
  {
    name: "retry after 200 ms, without a budget",
    color: "#d9730d",
    policy: () => createPolicy("retry", 200),
    budget: () => new HedgeBudget(),
  },
];
