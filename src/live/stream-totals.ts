import type { FlowRecord, GapRecord, StreamRecord } from "../ledger/record.ts";
import type { LiveStreams } from "../report/page/live-update.ts";

export const noStreams: LiveStreams = { open: 0, items: 0, complete: 0, lost: 0, gaps: 0 };

/** The totals with one more record counted. */
export function streamsAfter(
  totals: LiveStreams,
  record: StreamRecord | GapRecord | FlowRecord,
): LiveStreams {
  switch (record.kind) {
    case "gap":
      return { ...totals, gaps: totals.gaps + 1 };
    case "flow":
      return { ...totals, open: record.open, items: record.items };
    case "stream":
      if (record.outcome === "stopped") return totals;
      return record.outcome === "ok"
        ? { ...totals, complete: totals.complete + 1 }
        : { ...totals, lost: totals.lost + 1 };
  }
}
