import { formatEndpoint } from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import type { Answer, CallResult } from "../failover/request.ts";
import type { OkRecord, RequestRecord } from "../ledger/record.ts";
import type { StatusName } from "../rpc/status.ts";
import type { CalledMethod } from "../workload/workload.ts";

/** A request that has ended: its ledger record, and its number for the terminal. */
export interface SettledRequest {
  readonly number: number;
  readonly record: OkRecord | RequestRecord;
  /** It never left, as too many were in flight. */
  readonly isNotSent?: true;
}

export interface SentRequest {
  readonly id: string;
  /** Counts requests from 1. */
  readonly number: number;
  readonly dueUs: number;
  readonly sentUs: number;
  readonly deadlineUs: number;
}

const okAlone: ReadonlySet<StatusName> = new Set(["OK"]);

type Judging = Pick<CalledMethod, "expectedStatuses" | "hideSecrets">;

const sameText = (text: string) => text;

/**
 * The one outcome of a request. `ok`: the right answer. `wrong`: an answer, not the right one.
 * `failed`: an unexpected status, or provably never executed. `indeterminate`: it may have been
 * executed, nobody answered. `faultOf` says what is wrong with an OK answer, undefined when nothing
 * is.
 */
export function settle(
  request: SentRequest,
  result: CallResult,
  faultOf: (answer: Answer) => string | undefined,
  { expectedStatuses: expected = okAlone, hideSecrets = sameText }: Judging = {},
): SettledRequest {
  const endpoint = result.endpoint === undefined ? "" : formatEndpoint(result.endpoint);
  const common = {
    tUs: result.finishedUs,
    request: request.id,
    endpoint,
    attempts: result.attemptCount,
    lagUs: Math.max(0, request.sentUs - request.dueUs),
  };
  const spanUs = Math.max(0, result.finishedUs - request.dueUs);
  const ended = (outcome: RequestRecord["outcome"], detail: string): SettledRequest => ({
    number: request.number,
    record: {
      kind: "request",
      ...common,
      outcome,
      elapsedUs: spanUs,
      detail: hideSecrets(detail).slice(0, limits.errorTextMaxLength),
    },
  });
  const { answer } = result;
  if (answer === undefined) {
    const isUnknown = result.mayHaveExecuted && !result.isRefused;
    return ended(isUnknown ? "indeterminate" : "failed", result.detail);
  }
  if (result.finishedUs > request.deadlineUs) {
    return ended("failed", `${answer.status}, but after its deadline`);
  }
  if (!expected.has(answer.status)) return ended("failed", unexpectedText(answer, expected));
  const fault = answer.status === "OK" ? faultOf(answer) : undefined;
  if (fault !== undefined) return ended("wrong", fault);
  return {
    number: request.number,
    record: {
      ...{ kind: "ok", ...common, latencyUs: spanUs, serviceUs: answer.serviceUs },
      ...messagesOf(answer),
      ...(answer.status === "OK" ? {} : { status: answer.status }),
    },
  };
}

function messagesOf({ taken }: Answer): Pick<OkRecord, "messages" | "firstUs"> {
  if (taken === undefined || !taken.isStream) return {};
  const { messageCount, firstUs } = taken;
  return { messages: messageCount, ...(firstUs === undefined ? {} : { firstUs }) };
}

function unexpectedText({ status, detail }: Answer, expected: ReadonlySet<StatusName>): string {
  return status === "OK" ? `OK, expected ${[...expected].join(" or ")}` : `${status}: ${detail}`;
}
