import { printable } from "../../../base/printable.ts";

const shownMaxLength = 28;

/**
 * An endpoint for a narrow place: `:50051` of one on this host, else as it is, cut when long: of a
 * path the end says which it is.
 */
export function portText(endpoint: string): string {
  const text = printable(endpoint).replace(/^localhost(?=:\d+$)/, "");
  if (text.length <= shownMaxLength) return text;
  if (text.startsWith("unix://")) return `…${text.slice(1 - shownMaxLength)}`;
  return `${text.slice(0, shownMaxLength - 1)}…`;
}
