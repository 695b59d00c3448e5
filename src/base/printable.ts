/**
 * Control characters, and the marks that reorder or hide text: they could rewrite what a terminal
 * shows.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** The same, and what begins an escape. */
const escapable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]/gu;
const shortEscapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
};

/** `text` on one line, safe to show on a terminal whoever wrote it. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, (character) => {
    if (character === "\t" || character === "\n" || character === "\r") return " ";
    return `\\u${hexOf(character).padStart(4, "0")}`;
  });
}

/**
 * `text` on one line, safe to show and never the same for two texts: a backslash as `\\`, a tab as
 * `\t`, line ends as `\n` and `\r`, other unsafe characters as `\u{2028}`.
 */
export function escaped(text: string): string {
  return text.replaceAll(
    escapable,
    (character) => shortEscapes[character] ?? `\\u{${hexOf(character)}}`,
  );
}

/** `value` as JSON.stringify() has it, safe to show too: JSON may escape every character. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(unprintable, (character) =>
    Array.from({ length: character.length }, (_, unit) => {
      const code = character.charCodeAt(unit).toString(16);
      return `\\u${code.padStart(4, "0")}`;
    }).join(""),
  );
}

function hexOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16);
}
