/** gRPC status codes by number, as the gRPC specification names them. */
export const statusNames = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

export type StatusName = (typeof statusNames)[number];

/**
 * The name of a status code; a code outside the specification counts as UNKNOWN, as gRPC
 * prescribes.
 */
export function statusName(code: number): StatusName {
  return statusNames[code] ?? "UNKNOWN";
}

/**
 * Statuses that a gRPC library may make by itself, so that they need not be the application's
 * answer. The rest come from the application alone (gRPC's statuscodes.md) and are answers.
 */
const librarySide: ReadonlySet<StatusName> = new Set([
  "CANCELLED",
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
  "RESOURCE_EXHAUSTED",
  "INTERNAL",
  "UNAVAILABLE",
]);

/** Whether a status is the application's own answer rather than a failure to get one. */
export function isAnswer(status: StatusName): boolean {
  return !librarySide.has(status);
}
