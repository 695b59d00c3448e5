import type { Report } from "./run-report.ts";

/** JSON leaves these as they are, though a terminal may act on them. */
const escapable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * The report as JSON: keys as in run-report.ts, their units in their names. Line breaks are the
 * only control characters in it, whatever the logs held.
 */
export function renderJson(report: Report): string {
  const lines = JSON.stringify(report, undefined, 2).split("\n");
  return lines.map((line) => line.replaceAll(escapable, escaped)).join("\n");
}

/** Code unit by code unit, as JSON writes characters beyond the basic plane. */
function escaped(character: string): string {
  let text = "";
  for (let at = 0; at < character.length; at++) {
    text += `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
  }
  return text;
}
