import { limits } from "../base/limits.ts";
import { requestId } from "../ledger/record.ts";
import { type ClockBounds, unbounded } from "./clock-bounds.ts";
import type { RowIndex } from "./row-index.ts";
import { type RunData, unsuccessfulOutcomes } from "./run-data.ts";
import type { ExecutionFigures } from "./run-report.ts";

export interface Settled {
  /** Rows of data.executions that are executions, not refusals. */
  readonly rows: Uint32Array;
  readonly okIndex: RowIndex;
  readonly unsuccessfulIndex: RowIndex;
  /** Of each server run: its name, and by how much its clock may differ from the client's. */
  readonly names: readonly string[];
  readonly bounds: readonly ClockBounds[];
}

export type LateFigures = Pick<
  ExecutionFigures,
  "afterGivenUpCount" | "afterGivenUp" | "afterGivenUpUnknownCount" | "overtakenCount"
> & {
  /** Executed requests of which the client ledger holds no outcome. */
  readonly withoutOutcome: ReadonlySet<number>;
};

/** Executions recorded after their request had its outcome, told apart by what that was. */
export function lateExecutions(data: RunData, settled: Settled): LateFigures {
  const { rows, okIndex, unsuccessfulIndex, names, bounds } = settled;
  const { executions, ok, unsuccessful } = data;
  const isGivenUp = unsuccessfulOutcomes.map((outcome) => outcome !== "wrong");
  const givenUp: { number: number; endpoint: string; afterMs: number }[] = [];
  const withoutOutcome = new Set<number>();
  let unknownCount = 0;
  let overtakenCount = 0;
  for (const row of rows) {
    const number = executions.number.at(row);
    const server = executions.server.at(row);
    const executedUs = executions.tUs.at(row);
    const { minUs, maxUs } = bounds[server] ?? unbounded;
    const okRow = okIndex.rowOf(number);
    if (okRow >= 0) {
      if (executedUs - maxUs > ok.tUs.at(okRow)) overtakenCount++;
      continue;
    }
    const other = unsuccessfulIndex.rowOf(number);
    if (other < 0) {
      withoutOutcome.add(number);
      continue;
    }
    if (!isGivenUp[unsuccessful.outcome.at(other)]) continue;
    const settledUs = unsuccessful.tUs.at(other);
    const afterMs = (executedUs - maxUs - settledUs) / 1000;
    if (afterMs > 0) givenUp.push({ number, endpoint: names[server] ?? "", afterMs });
    else if (executedUs - minUs > settledUs) unknownCount++;
  }
  givenUp.sort((a, b) => a.number - b.number || a.afterMs - b.afterMs);
  return {
    afterGivenUpCount: givenUp.length,
    afterGivenUp: givenUp
      .slice(0, limits.requestShownMaxCount)
      .map(({ number, ...rest }) => ({ request: requestId(data.run, number), ...rest })),
    afterGivenUpUnknownCount: unknownCount,
    overtakenCount,
    withoutOutcome,
  };
}
