/** `1 vertex`, `2 vertices`; `others` is the plural, `one` with an s unless told. */
export function counted(count: number, one: string, others = `${one}s`): string {
  return `${count} ${count === 1 ? one : others}`;
}

/** `1 vertex`, `2 vertices`. */
export function vertexCountText(count: number): string {
  return counted(count, "vertex", "vertices");
}
