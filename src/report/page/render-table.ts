import { type Content, type Markup, markup } from "./markup.ts";

export interface TableText {
  readonly caption: string;
  readonly head: readonly string[];
  /** The first cell of each row is its heading. */
  readonly rows: readonly (readonly Content[])[];
  /** Columns of text, by index; the others hold figures and are aligned to the right. */
  readonly text?: readonly number[];
}

/** A table that scrolls by itself where the page is narrow; keyboards can reach it. */
export function tableMarkup({ caption, head, rows, text = [0] }: TableText): Markup {
  const aligned = (column: number) => (text.includes(column) ? "text" : "figure");
  const headCells = head.map(
    (cell, column) => markup`<th scope="col" class="${aligned(column)}">${cell}</th>`,
  );
  const bodyRows = rows.map((row) => {
    const cells = row.map((cell, column) =>
      column === 0
        ? markup`<th scope="row" class="${aligned(column)}">${cell}</th>`
        : markup`<td class="${aligned(column)}">${cell}</td>`,
    );
    return markup`<tr>${cells}</tr>\n`;
  });
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
<table><caption>${caption}</caption>
<thead><tr>${headCells}</tr></thead>
<tbody>
${bodyRows}</tbody></table></div>`;
}
