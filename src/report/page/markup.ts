import { printable } from "../../base/printable.ts";

/** HTML that is safe to put into a page as it stands. */
export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

export type Content = string | number | Markup | readonly Content[];

/** A template in which all that is not Markup is text, whoever wrote it. */
export function markup(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const html = parts.map((part, index) => {
    const content = contents[index];
    return content === undefined ? part : part + htmlOf(content);
  });
  return new Markup(html.join(""));
}

function htmlOf(content: Content): string {
  if (content instanceof Markup) return content.html;
  if (typeof content === "object") return content.map(htmlOf).join("");
  return escapeHtml(printable(String(content)));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}

/**
 * JSON for a script element: no `</script>` or `<!--` can end it, and no line separator of
 * JavaScript is left raw.
 */
export function scriptJson(value: unknown): Markup {
  const json = JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return new Markup(json);
}
