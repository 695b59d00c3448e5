/** What a report says of the streams of a run, as values; units as in run-report.ts. */
export interface StreamFigures {
  /** Streams begun. */
  readonly total: number;
  /** False: without a footer, more may have been begun than the records show. */
  readonly totalIsExact: boolean;
  /** Complete and right. */
  readonly ok: number;
  /** By the load, at its end, right as far as they came: not lost. */
  readonly stopped: number;
  readonly wrong: number;
  readonly failed: number;
  /** Neither ok nor stopped. */
  readonly lost: number;
  /** Of the lost: without any outcome in the ledger. */
  readonly unaccounted: number;
  /** Streams with more than one outcome in the ledger. */
  readonly contradictory: number;
  /** Only those that occurred. */
  readonly byOutcome: readonly StreamOutcomeFigures[];
  /** Every replica of the run. */
  readonly byReplica: readonly StreamReplicaFigures[];
  /** Vertices that all of them brought. */
  readonly items: number;
  /** Over the time that the load held. */
  readonly itemsPerSecond: number | null;
  /** Streams that stood still and went on, once or several times. */
  readonly continued: number;
  readonly gapP50Ms: number | null;
  readonly gapWorstMs: number | null;
  /** In the order of their ends. */
  readonly gaps: readonly StreamGapFact[];
}

export interface StreamOutcomeFigures {
  readonly outcome: string;
  readonly count: number;
  readonly items: number;
  /** Of one stream: items over the time that they ran. */
  readonly itemsPerSecond: number | null;
}

export interface StreamReplicaFigures {
  readonly endpoint: string;
  /** Streams whose last attempt was there. */
  readonly ended: number;
  /** Vertices that came from there. */
  readonly items: number;
  /** Gaps that began there. */
  readonly gaps: number;
}

/** A stream stood still, and went on. */
export interface StreamGapFact {
  /** Its id. */
  readonly stream: string;
  readonly beginUs: number;
  /** Local time at the load at which it began. */
  readonly begin: string;
  readonly gapMs: number;
  /** Items that the stream had brought before. */
  readonly items: number;
  readonly from: string;
  readonly to: string;
  /** How the attempt before it ended, a gRPC status name. */
  readonly error: string;
  readonly detail: string;
}

/** Whether a run was to have no requests, so that what is said of them says nothing. */
export function isOfStreamsAlone({ run, requests, streams }: RunOfStreams): boolean {
  return streams !== null && run.config["mode"] === "stream" && requests.scheduled === 0;
}

interface RunOfStreams {
  readonly run: { readonly config: Readonly<Record<string, string>> };
  readonly requests: { readonly scheduled: number };
  readonly streams: StreamFigures | null;
}
