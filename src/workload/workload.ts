import type { StatusName } from "../rpc/status.ts";
import type { TraverseConsumer } from "./traverse-consumer.ts";

/** The method that all requests of a load call. */
export interface CalledMethod {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** Whether the method may be executed twice for one request. */
  readonly isIdempotent: boolean;
  /** What goes with a request, its id included; undefined: the id alone, as `x-request-id`. */
  metadataOf?(number: number, id: string): Readonly<Record<string, string>>;
  /** Of right answers; undefined: OK alone. */
  readonly expectedStatuses?: ReadonlySet<StatusName>;
  /** What a server said, without the secrets that it was told. */
  hideSecrets?(text: string): string;
}

/** Which requests the load makes, and what a right answer to each is. */
export interface Workload extends CalledMethod {
  /** The serialized request with that number, counted from 1. */
  requestBytes(number: number): Uint8Array;
  /** Judges an OK answer; undefined means right, otherwise what was expected and what came. */
  faultOf(number: number, response: Uint8Array): string | undefined;
}

/** The same where a call has any number of messages in either direction. */
export interface ExchangeWorkload extends CalledMethod {
  /** One message answers a call; else any number of them do. */
  readonly isAnsweredOnce: boolean;
  /**
   * The messages of the request with that number, counted from 1, in order; the same ones however
   * often they are gone through.
   */
  requestMessages(number: number): Iterable<Uint8Array>;
  /** Takes the answer of one attempt of the request with that number. */
  openReader(number: number): AnswerReader;
}

/** Takes an answer, message by message. */
export interface AnswerReader {
  take(message: Uint8Array): void;
  /** What is wrong with the answer, now that it has ended with OK; undefined: nothing. */
  fault(): string | undefined;
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
