import { fieldOf, parseJsonRows } from "./json-rows.ts";
import { formatRunningFault, parseRunningFault, type RunningFault } from "./running-fault.ts";

/** What an injector tells its watchdog, a line each. */
export type Order =
  /** Be ready to undo this; `ledger` is the file that then takes the end's record. */
  | {
      readonly order: "guard";
      readonly fault: RunningFault;
      readonly ledger: string | undefined;
    }
  /** The effect on `pid` is on record; the planned end counts from it. */
  | { readonly order: "begun"; readonly pid: number; readonly untilUs: number }
  /** It is undone: leave. */
  | { readonly order: "release" };

/** What a watchdog tells its injector, a line each. */
export type Word =
  /** It guards what it was told to, and the fault may begin. */
  | { readonly word: "ready" }
  /** It guards, but no list shows the fault. */
  | { readonly word: "unlisted"; readonly reason: string }
  /** It cannot guard this. */
  | { readonly word: "refused"; readonly reason: string }
  /** Somebody asks for the end of the fault. */
  | { readonly word: "asked" }
  /** It undoes the fault itself, now, and leaves. */
  | { readonly word: "undone"; readonly reason: UndoReason }
  /** It has undone it: `pid` was seen running, or gone, at `tUs`. */
  | { readonly word: "resumed"; readonly pid: number; readonly tUs: number };

/**
 * Why a watchdog undoes a fault itself. `planned-end`, `injector-gone`: its injector was killed,
 * and the time is over or, of a limp, nobody would resume the target in between. `overdue`: its
 * injector lives but did not do it. `asked`: the same, upon a request. `terminated`: SIGTERM.
 */
export type UndoReason = "planned-end" | "injector-gone" | "overdue" | "asked" | "terminated";

export function formatOrder(order: Order): string {
  if (order.order !== "guard") return JSON.stringify(order);
  return JSON.stringify({ ...order, fault: formatRunningFault(order.fault) });
}

export function parseOrder(line: string): Order | undefined {
  const row = parseJsonRows(line)?.[0];
  if (row === undefined) return undefined;
  switch (fieldOf(row, "order")) {
    case "guard": {
      const fault = parseRunningFault(String(fieldOf(row, "fault")));
      const ledger = fieldOf(row, "ledger");
      if (fault === undefined) return undefined;
      return { order: "guard", fault, ledger: typeof ledger === "string" ? ledger : undefined };
    }
    case "begun": {
      const pid = fieldOf(row, "pid");
      const untilUs = fieldOf(row, "untilUs");
      if (typeof pid !== "number" || typeof untilUs !== "number") return undefined;
      return { order: "begun", pid, untilUs };
    }
    case "release":
      return { order: "release" };
    default:
      return undefined;
  }
}

export function formatWord(word: Word): string {
  return JSON.stringify(word);
}

export function parseWord(line: string): Word | undefined {
  const row = parseJsonRows(line)?.[0];
  if (row === undefined) return undefined;
  const word = fieldOf(row, "word");
  const reason = fieldOf(row, "reason");
  if (word === "ready" || word === "asked") return { word };
  if (word === "unlisted" || word === "refused") return { word, reason: String(reason) };
  if (word === "resumed") return resumedOf(fieldOf(row, "pid"), fieldOf(row, "tUs"));
  const known = undoReasons.find((candidate) => candidate === reason);
  return word === "undone" && known !== undefined ? { word, reason: known } : undefined;
}

function resumedOf(pid: unknown, tUs: unknown): Word | undefined {
  if (typeof pid !== "number" || typeof tUs !== "number") return undefined;
  return { word: "resumed", pid, tUs };
}

const undoReasons: readonly UndoReason[] = [
  ...(["planned-end", "injector-gone", "overdue", "asked", "terminated"] as const),
];
