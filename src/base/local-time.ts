/** Local calendar time of an instant, as the ledger and the terminal print it. */
import { threeDigits } from "./three-digits.ts";

let cachedSecond = Number.NaN;
let cachedDate = "";
let cachedTime = "";

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

/**
 * Formatting a Date costs microseconds; ledger lines come many to a second, so the last one is
 * kept.
 */
function refresh(second: number): void {
  if (second === cachedSecond) return;
  const date = new Date(second * 1000);
  cachedSecond = second;
  cachedDate = `${date.getFullYear()}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}`;
  cachedTime = `${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}:${pad(date.getSeconds(), 2)}`;
}

/** `2026-11-22 21:35:00,123` for microseconds since the epoch. */
export function localTimestamp(tUs: number): string {
  refresh(Math.floor(tUs / 1e6));
  return `${cachedDate} ${cachedTime},${threeDigits(Math.floor((tUs % 1e6) / 1000))}`;
}

/** `21:35:00` for microseconds since the epoch. */
export function localTimeOfDay(tUs: number): string {
  refresh(Math.floor(tUs / 1e6));
  return cachedTime;
}

/** `+01:00` at that instant. */
export function utcOffset(tUs: number): string {
  const minutes = -new Date(tUs / 1000).getTimezoneOffset();
  const magnitude = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(magnitude / 60), 2)}:${pad(magnitude % 60, 2)}`;
}

/** `2026-11-22T21:35:00.123Z`. */
export function utcTimestamp(tUs: number): string {
  return new Date(tUs / 1000).toISOString();
}

let cachedUtcSecond = Number.NaN;
let cachedUtc = "";

/**
 * `2026-11-22T21:35:00.123456Z`; empty for what no calendar holds. Made for a great many instants
 * that follow each other.
 */
export function utcTimestampUs(tUs: number): string {
  const second = Math.floor(tUs / 1e6);
  if (second !== cachedUtcSecond) {
    const date = new Date(second * 1000);
    if (Number.isNaN(date.getTime())) return "";
    cachedUtcSecond = second;
    cachedUtc = date.toISOString().slice(0, -"000Z".length);
  }
  return `${cachedUtc}${pad(Math.floor(tUs - second * 1e6), 6)}Z`;
}
