import type { GapRecord } from "../ledger/record.ts";
import type { StreamData } from "./stream-data.ts";
import type { StreamReplicaFigures } from "./stream-report.ts";

/**
 * What each of `endpoints` brought: of a stream that stood still and went on, its gaps say how much
 * came from whom. `rows` are the streams that count.
 */
export function streamReplicas(
  streams: StreamData,
  rows: readonly number[],
  endpoints: readonly string[],
): readonly StreamReplicaFigures[] {
  const byEndpoint = new Map(
    endpoints.map((endpoint) => [endpoint, { endpoint, ended: 0, items: 0, gaps: 0 }]),
  );
  const of = (endpoint: string) => byEndpoint.get(endpoint) ?? { ended: 0, items: 0, gaps: 0 };
  const gapsOf = gapsByStream(streams);
  for (const { gap } of streams.gaps) of(gap.from).gaps++;
  for (const row of rows) {
    const last = streams.endpoints.nameOf(streams.endpoint.at(row));
    let [before, from] = [0, last];
    for (const gap of gapsOf.get(streams.number.at(row)) ?? []) {
      of(gap.from).items += gap.items - before;
      [before, from] = [gap.items, gap.to];
    }
    of(from).items += streams.items.at(row) - before;
    of(last).ended++;
  }
  return [...byEndpoint.values()];
}

/** Each stream's, as they followed each other. */
function gapsByStream({ gaps }: StreamData): ReadonlyMap<number, readonly GapRecord[]> {
  const byStream = new Map<number, GapRecord[]>();
  for (const { number, gap } of gaps) {
    const own = byStream.get(number) ?? [];
    byStream.set(number, own);
    own.push(gap);
  }
  for (const own of byStream.values()) own.sort((a, b) => a.tUs - b.tUs);
  return byStream;
}
