/** Data as people type it, and its rates: `4MiB`, `64KiB/s`, `1.5MB/s`, `8Mbit/s`. */

const unitBytes: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  bit: 1 / 8,
  kbit: 1e3 / 8,
  Mbit: 1e6 / 8,
  Gbit: 1e9 / 8,
};

/** Bytes a second, or undefined when `text` is not a rate with its unit. */
export function parseBytesPerSecond(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)([A-Za-z]+)\/s$/.exec(text);
  const unit = unitBytes[match?.[2] ?? ""];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** Bytes: `4MiB`, `65536`; undefined when `text` is no whole number of them. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(|[KMG]iB|[kKMG]?B)$/.exec(text);
  const bytes = Number(match?.[1]) * (unitBytes[match?.[2] || "B"] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** `64 KiB`, `1.5 MiB`, `17 B`: three digits are enough to read. */
export function formatBytes(byteCount: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = byteCount;
  let index = 0;
  while (value >= 1024 && index < units.length - 1) {
    value /= 1024;
    index++;
  }
  return `${Number(value.toPrecision(value >= 1000 ? 4 : 3))} ${units[index]}`;
}

/** `64KiB/s`, as parseBytesPerSecond() reads it, but for digits beyond the third. */
export function formatBytesPerSecond(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond).replace(" ", "")}/s`;
}
