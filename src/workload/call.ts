import { type CallMethod, kindText } from "../rpc/schema/call-method.ts";
import type { CallData } from "./call-data.ts";
import type { CallExpectation } from "./call-expectation.ts";
import type { CallMetadata } from "./call-metadata.ts";

/** A method of any service that a load calls: everything settled and checked. */
export interface Call {
  readonly method: CallMethod;
  /** Where the method is described, such as `reflection` or the names of files. */
  readonly schema: string;
  readonly data: CallData;
  readonly metadata: CallMetadata;
  /** What the server is told whom it is asked as; undefined: the endpoint. */
  readonly authority: string | undefined;
  /** The key of the metadata that carries the request's id; undefined: none. */
  readonly requestIdHeader: string | undefined;
  readonly expectation: CallExpectation;
  /** `--idempotent`: the user says that the method may be executed twice. */
  readonly isDeclaredIdempotent: boolean;
}

export const defaultRequestIdHeader = "x-request-id";

export function isIdempotent({ method, isDeclaredIdempotent }: Call): boolean {
  return isDeclaredIdempotent || method.idempotency !== "unknown";
}

/** Whether each request sends all of the data, one message after the other. */
export function sendsStream({ kind }: Pick<CallMethod, "kind">): boolean {
  return kind === "client" || kind === "bidi";
}

/** Whether any number of messages answers a request. */
export function bringsStream({ kind }: Pick<CallMethod, "kind">): boolean {
  return kind === "server" || kind === "bidi";
}

/** `no (the schema does not say so; --idempotent would)`. */
export function idempotencyText({ method, isDeclaredIdempotent }: Call): string {
  switch (method.idempotency) {
    case "no-side-effects":
      return "yes (the schema says NO_SIDE_EFFECTS)";
    case "idempotent":
      return "yes (the schema says IDEMPOTENT)";
    case "unknown":
      return isDeclaredIdempotent
        ? "yes (--idempotent)"
        : "no (the schema does not say so; --idempotent would)";
  }
}

/** Whether more than the status of an answer is looked at. */
function isChecked({ expectation }: Call): boolean {
  return expectation.subset !== undefined || expectation.isSame;
}

/** What is checked in an answer, in words. */
export function expectationText({ expectation, method }: Call): string {
  const { subsetText, isSame, ignored, statuses } = expectation;
  const but = ignored.length === 0 ? "" : ` but for ${ignored.map(({ text }) => text).join(", ")}`;
  const parts = [
    ...(subsetText === undefined
      ? []
      : [`at least ${subsetText}${bringsStream(method) ? " in every message" : ""}`]),
    ...(isSame ? [`alike from every replica${but}`] : []),
  ];
  const status = `status ${[...statuses].join(" or ")}`;
  return parts.length === 0 ? `${status} alone` : [status, ...parts].join(", ");
}

/** The call as the run header keeps it; values of metadata that may be secrets are not told. */
export function callEntries(call: Call): Record<string, string> {
  const { method, schema, data, metadata, authority, requestIdHeader } = call;
  return {
    call: method.name,
    call_kind: kindText(method.kind),
    schema,
    data: data.source,
    ...(data.items.length === 1 ? {} : countEntry(call)),
    ...(data.isShuffled ? { shuffle: "yes" } : {}),
    ...(metadata.isEmpty ? {} : { metadata: metadata.shownText }),
    ...(authority === undefined ? {} : { authority }),
    request_id_header: requestIdHeader ?? "none",
    idempotent: idempotencyText(call),
    verify: isChecked(call) ? "answer" : "status",
    right_answer: expectationText(call),
  };
}

function countEntry({ method, data }: Call): Record<string, string> {
  const count = String(data.items.length);
  return sendsStream(method) ? { messages_per_request: count } : { data_count: count };
}
