import { printable } from "../../../base/printable.ts";

const shownMaxLength = 28;

/** An endpoint for a narrow place: `:50051` of one on this host, else as it is, cut when long. */
export function portText(endpoint: string): string {
  const text = printable(endpoint).replace(/^localhost(?=:\d+$)/, "");
  return text.length <= shownMaxLength ? text : `${text.slice(0, shownMaxLength - 1)}…`;
}
