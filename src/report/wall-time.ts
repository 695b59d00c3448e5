import { localTimestamp, utcOffset as localUtcOffset, utcTimestamp } from "../base/local-time.ts";

/**
 * `2026-11-22 21:35:00` where the load ran, as its ledger lines begin, whatever this machine's time
 * zone. Without an offset (the run has no header) this machine's zone has to do.
 */
export function wallSecond(tUs: number, utcOffset: string | undefined): string {
  const offsetUs = parseOffsetUs(utcOffset);
  if (offsetUs === undefined) return localTimestamp(tUs).slice(0, "YYYY-MM-DD HH:MM:SS".length);
  return utcTimestamp(tUs + offsetUs)
    .slice(0, "YYYY-MM-DDTHH:MM:SS".length)
    .replace("T", " ");
}

function parseOffsetUs(text: string | undefined): number | undefined {
  const match = /^([+-])(\d\d):(\d\d)$/.exec(text ?? "");
  if (match === null) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === "-" ? -minutes : minutes) * 60e6;
}

/** Local time at the load minus UTC, at `tUs`; this machine's when the run does not say. */
export function utcOffsetMinutes(utcOffset: string | null, tUs: number): number {
  const own = () => parseOffsetUs(localUtcOffset(tUs)) ?? 0;
  return (parseOffsetUs(utcOffset ?? undefined) ?? own()) / 60e6;
}
