/** Durations as people type them: `250ms`, `10s`, `1m30s`, `1.5h`; a bare number is seconds. */

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const part = /(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)/y;
const bareSeconds = /^(?:\d+(?:\.\d+)?|\.\d+)$/;

/** Milliseconds, or undefined when `text` is not a duration. Negative durations do not exist. */
export function parseDurationMs(text: string): number | undefined {
  if (bareSeconds.test(text)) return Number(text) * 1000;
  let totalMs = 0;
  let previousUnitMs = Number.POSITIVE_INFINITY;
  part.lastIndex = 0;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    const unit = match === null ? undefined : unitMs[match[2] ?? ""];
    // Units fall from left to right, so that 5s1m is seen as the slip it is.
    if (match === null || unit === undefined || unit >= previousUnitMs) return undefined;
    totalMs += Number(match[1]) * unit;
    previousUnitMs = unit;
  }
  return text === "" ? undefined : totalMs;
}

/** The shortest exact spelling that parseDurationMs reads back: `1m30s`, `250ms`, `0s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return durationMs === 0 ? "0s" : `${trimmed(durationMs)}ms`;
  const hours = Math.floor(durationMs / 3_600_000);
  const minutes = Math.floor((durationMs % 3_600_000) / 60_000);
  const seconds = (durationMs % 60_000) / 1000;
  const parts = [
    hours > 0 ? `${hours}h` : "",
    minutes > 0 ? `${minutes}m` : "",
    seconds > 0 ? `${trimmed(seconds)}s` : "",
  ];
  return parts.join("");
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(3)));
}
