import type { PageRun } from "../page-shape.ts";

/**
 * The number that a search for `text` means: `RUN-123` of any of the runs, `123` or `#123` when
 * there is but one; undefined for others.
 */
export function requestNumber(text: string, runs: readonly PageRun[]): number | undefined {
  const bare = text.trim();
  const [only] = runs;
  const short = runs.length === 1 ? /^#?(\d{1,15})$/.exec(bare)?.[1] : undefined;
  if (only !== undefined && short !== undefined) return only.numberBase + Number(short);
  for (const { run, numberBase } of runs) {
    const own = bare.startsWith(`${run}-`) ? bare.slice(run.length + 1) : "";
    if (/^\d{1,15}$/.test(own)) return numberBase + Number(own);
  }
  return undefined;
}

/** `RUN-123`, of the run among whose numbers it is. */
export function requestId(number: number, runs: readonly PageRun[]): string {
  const own = runs.findLast(({ numberBase }) => numberBase < number) ?? runs[0];
  return `${own?.run ?? ""}-${number - (own?.numberBase ?? 0)}`;
}
