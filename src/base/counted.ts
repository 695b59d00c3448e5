/** `1 vertex`, `2 vertices`; `others`: what more than one are called, unless `one` with an s. */
export function counted(count: number, one: string, others = `${one}s`): string {
  return `${count} ${count === 1 ? one : others}`;
}

/** `1 vertex`, `2 vertices`. */
export function vertexCountText(count: number): string {
  return counted(count, "vertex", "vertices");
}
