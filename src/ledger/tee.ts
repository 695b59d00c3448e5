import type { LedgerSink } from "./writer.ts";

/** Hands every record to each of `sinks` in turn. */
export function tee(...sinks: readonly LedgerSink[]): LedgerSink {
  return {
    append(record) {
      for (const sink of sinks) sink.append(record);
    },
  };
}
