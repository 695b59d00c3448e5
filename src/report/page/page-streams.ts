import { limits } from "../../base/limits.ts";
import type { StreamData } from "../stream-data.ts";
import type { StreamFigures } from "../stream-report.ts";
import type { PageFlow, PageGap } from "./page-shape.ts";

interface Axis {
  readonly startUs: number;
  readonly endpoints: readonly string[];
}

/** In the order of the report's gaps. */
export function pageGaps(streams: StreamFigures | null, axis: Axis): readonly PageGap[] {
  return (streams?.gaps ?? []).map(({ beginUs, gapMs, from, to }) => ({
    from: axis.endpoints.indexOf(from),
    to: axis.endpoints.indexOf(to),
    fromUs: beginUs - axis.startUs,
    toUs: beginUs - axis.startUs + gapMs * 1000,
  }));
}

/** What each second brought; of a very long run, each few seconds. */
export function pageFlows({ flowUs, flowItems }: StreamData, axis: Axis): readonly PageFlow[] {
  const order = Uint32Array.from({ length: flowUs.length }, (_, row) => row);
  order.sort((a, b) => flowUs.at(a) - flowUs.at(b));
  const each = Math.ceil(order.length / limits.flowShownMaxCount);
  const flows: PageFlow[] = [];
  let fromUs = 0;
  for (let at = 0; at < order.length; at += each) {
    const rows = order.subarray(at, at + each);
    const toUs = flowUs.at(rows.at(-1) ?? 0) - axis.startUs;
    const items = rows.reduce((sum, row) => sum + flowItems.at(row), 0);
    // The load begins some time after its header, and its seconds with it.
    if (at === 0) fromUs = Math.max(0, toUs - rows.length * 1e6);
    flows.push({ fromUs, toUs, items });
    fromUs = toUs;
  }
  return flows;
}
