/**
 * Control characters, and the marks that reorder or hide text: they could rewrite what a terminal
 * shows.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** `text` on one line, safe to show on a terminal whoever wrote it. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, (character) => {
    if (character === "\t" || character === "\n" || character === "\r") return " ";
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}
