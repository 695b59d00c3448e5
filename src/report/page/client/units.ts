/** `4.28ms`, `1.250s`: as exact as one can use. */
export function spanText(us: number): string {
  if (us < 1000) return `${us.toFixed(0)}µs`;
  if (us < 1e6) return `${(us / 1000).toFixed(us < 10_000 ? 2 : 1)}ms`;
  return `${(us / 1e6).toFixed(3)}s`;
}

/** Time since the run began, with as many decimals as neighbours `stepUs` apart need. */
export function sinceText(us: number, stepUs: number): string {
  const decimals = Math.max(0, Math.min(6, 6 - Math.floor(Math.log10(Math.max(1, stepUs)) + 1e-9)));
  const seconds = Math.abs(us) / 1e6;
  const sign = us < 0 ? "-" : "";
  if (seconds < 60) return `${sign}${seconds.toFixed(decimals)}s`;
  const width = decimals === 0 ? 2 : decimals + 3;
  const minutes = Math.floor(seconds / 60);
  const rest = (seconds - minutes * 60).toFixed(decimals).padStart(width, "0");
  return `${sign}${minutes}:${rest}`;
}

/** `21:35:12.345` of an instant shifted to the load's local time. */
export function timeOfDay(localUs: number): string {
  const dayMs = 24 * 3_600_000;
  const ms = ((Math.floor(localUs / 1000) % dayMs) + dayMs) % dayMs;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const clock = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60].map(two).join(":");
  return `${clock}.${String(ms % 1000).padStart(3, "0")}`;
}
