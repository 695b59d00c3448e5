/**
 * The rows of PowerShell's ConvertTo-Json: an array, a bare object where there is one row, nothing
 * where there is none. Undefined when the text is something else.
 */
export function parseJsonRows(text: string): readonly object[] | undefined {
  // trim() takes a byte order mark away too.
  const bare = text.trim();
  if (bare === "") return [];
  const value = parseJson(bare);
  const rows: unknown[] = Array.isArray(value) ? value : [value];
  return rows.every((row) => typeof row === "object" && row !== null) ? rows : undefined;
}

export function fieldOf(row: object, key: string): unknown {
  return Object.hasOwn(row, key) ? Reflect.get(row, key) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
