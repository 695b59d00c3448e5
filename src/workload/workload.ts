import type { StatusName } from "../rpc/status.ts";
import type { TraverseConsumer } from "./traverse-consumer.ts";

/** Which requests the load makes, and what a right answer to each is. */
export interface Workload {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** Whether the method may be executed twice for one request. */
  readonly isIdempotent: boolean;
  /** The serialized request with that number, counted from 1. */
  requestBytes(number: number): Uint8Array;
  /** What goes with it, its id included; undefined: the id alone, as `x-request-id`. */
  metadataOf?(number: number, id: string): Readonly<Record<string, string>>;
  /** Of right answers; undefined: OK alone. */
  readonly expectedStatuses?: ReadonlySet<StatusName>;
  /** Judges an OK answer; undefined means right, otherwise what was expected and what came. */
  faultOf(number: number, response: Uint8Array): string | undefined;
}

/** Which streams the load runs, and what a right one is. */
export interface StreamWorkload {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** Whether the method may be executed again, to go on elsewhere. */
  readonly isIdempotent: boolean;
  /** Takes one stream, all of which are of the same question. */
  openConsumer(): TraverseConsumer;
}
