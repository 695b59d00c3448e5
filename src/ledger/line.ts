import { localTimestamp } from "../base/local-time.ts";

/**
 * One ledger line: `YYYY-MM-DD HH:MM:SS,mmm key=value key="a value with blanks" ... t_us=INSTANT`.
 * The text before the first comma is the local second, which the original guide's scripts group by.
 */
export type Pairs = readonly (readonly [key: string, value: string | number | boolean])[];

/** Appended by a writer that finds a line torn by a killed predecessor; readers skip such lines. */
export const tornMark = " torn=true";

/**
 * Control characters too, since a line may be shown on a terminal and holds what a server wrote.
 */
const needsQuotes = /[\s\p{Cc}"\\=]|^$/u;

/** Most values: ids, endpoints, status names; seen at a glance. */
const isPlain = /^[\w.:-]+$/;

/** The line without its line end; `t_us` comes last, so that a complete line is known by it. */
export function formatLine(tUs: number, pairs: Pairs): string {
  let line = localTimestamp(tUs);
  for (const [key, value] of pairs) {
    line += ` ${key}=${typeof value === "string" ? formatValue(value) : value}`;
  }
  return `${line} t_us=${tUs}`;
}

/** The guide's script counts lines with this text as successes, so no other value may spell it. */
const latencyKey = "latency_ms=";

export function formatValue(value: string): string {
  if (isPlain.test(value) || !needsQuotes.test(value)) return value;
  return JSON.stringify(value)
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, escapeCharacter)
    .replaceAll(latencyKey, "latency_ms\\u003d");
}

/** JSON leaves U+007F and above as they are. */
function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

const timestampLength = "YYYY-MM-DD HH:MM:SS,mmm".length;
const space = 0x20;
const quote = 0x22;
const backslash = 0x5c;

/** The line's pairs in order, or undefined when it is torn or not a ledger line. */
export function parseLine(line: string): Map<string, string> | undefined {
  if (!looksStamped(line)) return undefined;
  const pairs = new Map<string, string>();
  let at = timestampLength;
  while (at < line.length) {
    if (line.charCodeAt(at) !== space) return undefined;
    const equals = line.indexOf("=", at + 1);
    if (equals <= at + 1) return undefined;
    const key = line.slice(at + 1, equals);
    if (key.includes(" ")) return undefined;
    const end = valueEnd(line, equals + 1);
    if (end === undefined) return undefined;
    const value = parseValue(line.slice(equals + 1, end));
    if (value === undefined) return undefined;
    pairs.set(key, value);
    at = end;
  }
  return pairs.has("t_us") && !pairs.has("torn") ? pairs : undefined;
}

function looksStamped(line: string): boolean {
  return line.length > timestampLength && line[4] === "-" && line[10] === " " && line[19] === ",";
}

/** Where the value that starts at `start` ends; undefined when a quote is never closed. */
function valueEnd(line: string, start: number): number | undefined {
  if (line.charCodeAt(start) !== quote) {
    const end = line.indexOf(" ", start);
    return end < 0 ? line.length : end;
  }
  for (let at = start + 1; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === backslash) at++;
    else if (code === quote) return at + 1;
  }
  return undefined;
}

function parseValue(text: string): string | undefined {
  if (!text.startsWith('"')) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
