import type { FaultEvent } from "../../fault/fault-event.ts";
import { formatProcess } from "../../fault/process-facts.ts";
import type { Target } from "../../fault/target.ts";

/** How each event of a kind of fault reads after its time, one function an event. */
export type EventTexts<E extends FaultEvent> = {
  readonly [K in E["kind"]]: (event: Extract<E, { readonly kind: K }>) => string;
};

/** `dfs (pid 1234) on port 50051`. */
export function whom({ target, port }: { readonly target: Target; readonly port: number }): string {
  return `${formatProcess(target.process)} on port ${port}`;
}

/** `10.0s`. */
export function seconds(spanMs: number): string {
  return `${(spanMs / 1000).toFixed(1)}s`;
}
