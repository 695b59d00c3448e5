import { formatDuration, parseDurationMs } from "../base/duration.ts";

/**
 * How values of a figure are written; a share is held as 0..1, a duration as milliseconds, a rate
 * by the second.
 */
export type Unit = "count" | "share" | "duration" | "rate" | "ratio";

interface UnitRule {
  /** What a value of it looks like, for people. */
  readonly form: string;
  /** Undefined when `text` is no such value. */
  readonly parse: (text: string) => number | undefined;
  readonly format: (value: number) => string;
}

const decimal = /^(\d+(\.\d+)?|\.\d+)$/;

/** Spans are exact to the microsecond, and so are the bounds set on them. */
function toWholeUs(spanMs: number | undefined): number | undefined {
  return spanMs === undefined ? undefined : Math.round(spanMs * 1000) / 1000;
}

/** By way of its decimal digits: 99.9 / 100 is not the number nearest to 0.999. */
function parseShare(text: string): number | undefined {
  const isPercent = text.endsWith("%");
  const digits = (isPercent ? text.slice(0, -1) : text).trim();
  if (!decimal.test(digits)) return undefined;
  const share = Number(isPercent ? `${digits}e-2` : digits);
  return share <= 1 ? share : undefined;
}

function parseDecimal(text: string): number | undefined {
  return decimal.test(text) ? Number(text) : undefined;
}

/** As many decimals as tell it from other values, and no trailing zeros. */
function trimmed(value: number, decimals: number): string {
  return String(Number(value.toFixed(decimals)));
}

export const units: Readonly<Record<Unit, UnitRule>> = {
  count: {
    form: "a whole number such as 0",
    parse: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
    format: (value) => String(value),
  },
  share: {
    form: "a percentage such as 99.9% or a share in 0..1 such as 0.999",
    parse: parseShare,
    // Rounded down, so that what is just below 100 % never reads as 100 %.
    format: (value) => `${Math.floor(value * 1e8 + 1e-3) / 1e6}%`,
  },
  duration: {
    form: "a duration such as 50ms, 1s, 1m30s or plain seconds",
    parse: (text) => toWholeUs(parseDurationMs(text)),
    // Whole seconds and minutes read best, but not at the price of microseconds.
    format: (value) =>
      value < 1000 || Number.isInteger(value) ? formatDuration(value) : `${trimmed(value, 3)}ms`,
  },
  rate: {
    form: "a number a second such as 100 or 100/s",
    parse: (text) => parseDecimal(text.replace(/\s*\/s$/, "")),
    format: (value) => `${trimmed(value, 3)}/s`,
  },
  ratio: {
    form: "a number such as 1.05",
    parse: parseDecimal,
    format: (value) => trimmed(value, 3),
  },
};
