const levels = "▁▂▃▄▅▆▇█";

/**
 * One character a value, the highest of all sparklines on the screen being `peak`. Only 0 is on the
 * floor, so that little is told from nothing.
 */
export function sparkline(values: readonly number[], peak: number): string {
  return values.map((value) => levels[levelOf(value, peak)] ?? "").join("");
}

function levelOf(value: number, peak: number): number {
  if (value <= 0 || peak <= 0) return 0;
  return Math.min(levels.length - 1, Math.max(1, Math.round((value / peak) * (levels.length - 1))));
}
