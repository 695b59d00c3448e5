import { criterion, type JudgedRequirement, noFooter } from "./criterion.ts";
import type { Criterion } from "./run-report.ts";
import type { StreamFigures } from "./stream-report.ts";

/** What is asked of a run's streams, where it has any. */
export function streamCriteria(streams: StreamFigures | null): readonly JudgedRequirement[] {
  if (streams === null) return [];
  return [
    { figure: "streams_lost", criterion: noStreamLost(streams) },
    { figure: "streams_wrong", criterion: noStreamWrong(streams) },
  ];
}

function noStreamLost(streams: StreamFigures): Criterion {
  const { total, totalIsExact, ok, stopped, lost, unaccounted } = streams;
  return criterion(
    {
      name: "no stream lost",
      required: "0 lost",
      actual: `${lost} lost, ${ok} complete, ${stopped} stopped at the end`,
    },
    {
      no:
        total === 0
          ? "no stream was begun"
          : lost > unaccounted && `${lost} of ${total} streams did not come whole`,
      unknown:
        unaccounted > 0
          ? `${unaccounted} of ${total} streams have no outcome in the ledger`
          : !totalIsExact && noFooter,
    },
  );
}

function noStreamWrong({ wrong, ok, items }: StreamFigures): Criterion {
  return criterion(
    { name: "no stream wrong", required: "0 wrong", actual: `${wrong} wrong` },
    {
      no: wrong > 0 && `${wrong} streams brought what was not right`,
      unknown: ok === 0 && items === 0 && "nothing came that could be checked",
    },
  );
}
