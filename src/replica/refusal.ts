import type { StatusName } from "../rpc/status.ts";

/** A request not answered: a status and a sentence for the caller. */
export interface Refusal {
  readonly status: Exclude<StatusName, "OK">;
  readonly message: string;
  /** After how long it may be asked again; undefined: nothing is said. */
  readonly pushbackMs?: number;
}

export function isRefusal(value: object): value is Refusal {
  return "status" in value && "message" in value;
}
