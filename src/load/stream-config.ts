/** Traverse streams that a load keeps running, all of the same question. */
export interface StreamConfig {
  /** Kept running at once. */
  readonly count: number;
  /** Vertices a second at which each is read; undefined: as fast as they come. */
  readonly ratePerSecond: number | undefined;
  /** N of a graph modular:N of their own; undefined: they ask what the requests ask. */
  readonly numVertices: number | undefined;
}

/** As the run header keeps them. */
export function streamConfigEntries(streams: StreamConfig | undefined): Record<string, string> {
  if (streams === undefined) return {};
  const { count, ratePerSecond, numVertices } = streams;
  return {
    streams: String(count),
    stream_rate_per_s: ratePerSecond === undefined ? "unlimited" : String(ratePerSecond),
    ...(numVertices === undefined ? {} : { stream_num_vertices: String(numVertices) }),
  };
}
