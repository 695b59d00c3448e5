import type { Clock } from "../base/clock.ts";
import type { ExecutionLog } from "./execution-log.ts";
import type { GraphCatalog } from "./graph-source.ts";
import type { RequestTime } from "./request-time.ts";
import type { SearchDispatcher } from "./search-dispatcher.ts";

/** A call that is not over. */
export interface OpenCall {
  /** Its client does not wait any more, or the replica ends: records it, stops its search. */
  giveUp(): void;
}

/** What the calls of one replica share. */
export interface ServingParts {
  readonly catalog: GraphCatalog;
  readonly dispatcher: SearchDispatcher;
  readonly log: ExecutionLog;
  readonly clock: Clock;
  readonly openCalls: Set<OpenCall>;
  readonly requestTime: RequestTime;
  /** Of one answer, or one message of a stream. */
  readonly messageMaxBytes: number;
}
