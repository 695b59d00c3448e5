import type { X509Certificate } from "node:crypto";
import type { Clock } from "../base/clock.ts";

/** `expired on 2026-10-25T15:50:03.000Z` or `is valid from ...`; undefined: it is valid now. */
export function untimelyText(
  { validFromDate, validToDate }: Pick<X509Certificate, "validFromDate" | "validToDate">,
  clock: Clock,
): string | undefined {
  const nowMs = clock.nowUs() / 1000;
  if (validToDate.getTime() < nowMs) return `expired on ${validToDate.toISOString()}`;
  if (validFromDate.getTime() <= nowMs) return undefined;
  return `is valid from ${validFromDate.toISOString()} on, not yet`;
}
