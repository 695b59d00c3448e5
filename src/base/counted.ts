/** `1 vertex`, `2 vertices`; `others` is what more than one are called, `one` with an s if not told. */
export function counted(count: number, one: string, others = `${one}s`): string {
  return `${count} ${count === 1 ? one : others}`;
}

/** `1 vertex`, `2 vertices`. */
export function vertexCountText(count: number): string {
  return counted(count, "vertex", "vertices");
}
