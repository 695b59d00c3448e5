import type { Figures } from "./figures.ts";
import type { ScenarioName } from "./scenarios.ts";

/** The medians of one client. */
export interface Row {
  readonly name: string;
  readonly title: string;
  readonly figures: Figures;
  /** Its own runs without faults. */
  readonly undisturbed: Figures | undefined;
  readonly runs: readonly Figures[];
}

export interface Check {
  readonly what: string;
  readonly required: string;
  readonly measured: string;
  readonly isMet: boolean;
}

/** What a dfs row must reach in a scenario, beside what it reached. */
export function checksOf(scenario: ScenarioName, row: Row, rows: readonly Row[]): Check[] {
  const common = [
    atMost("lost, in any run", row.figures.lost, 0, ""),
    atMost("wrong, in any run", row.figures.wrong, 0, ""),
  ];
  switch (scenario) {
    case "run":
      return [...common, ...runChecks(row)];
    case "crashes":
      return [...common, ...crashChecks(row, rows)];
    case "burst":
      return [...common, ...burstChecks(row, rows)];
    case "fast":
      return [...common, atMost("worst", row.figures.worstMs, 100, " ms")];
    case "guide":
      return [...common, atMost("worst in the stall", row.figures.windowWorstMs, 60, " ms")];
  }
}

function runChecks({ figures, undisturbed, runs }: Row): Check[] {
  const beyond = runs.map(({ duplicates, inFlightAtKills }) => duplicates - inFlightAtKills);
  const middle = beyond.toSorted((one, other) => one - other)[Math.floor(beyond.length / 2)];
  const worstMaxMs = undisturbed && Math.max(30, 1.5 * undisturbed.worstMs);
  return [
    atMost("slower than 50 ms (undisturbed)", figures.slow, undisturbed?.slow, ""),
    atMost("worst (30 ms or 1.5 x undisturbed)", figures.worstMs, worstMaxMs, " ms"),
    atMost("duplicates beyond the in-flight at the kill", middle, 3, ""),
    atMost("restarted replica back", figures.restartedBackMs, 100, " ms"),
    atMost("resumed replica back", figures.resumedBackMs, 30, " ms"),
  ];
}

function crashChecks({ figures }: Row, rows: readonly Row[]): Check[] {
  const peers = rows.filter(({ name }) => !name.startsWith("dfs-"));
  const lostMin = Math.min(...peers.map((peer) => peer.figures.lost));
  const best = peers.filter((peer) => peer.figures.lost === lostMin);
  const bestWorstMs = Math.min(...best.map((peer) => peer.figures.worstMs));
  const bound = Number.isFinite(bestWorstMs) ? bestWorstMs : undefined;
  return [
    atMost("worst (the best peer's)", figures.worstMs, bound, " ms"),
    atMost("duplicates (in flight at the kills)", figures.duplicates, figures.inFlightAtKills, ""),
  ];
}

function burstChecks({ figures }: Row, rows: readonly Row[]): Check[] {
  const withoutHedging = rows.find(({ name }) => name === "dfs-retry")?.figures.windowSlow;
  return [
    atMost("extra executions in the burst", figures.windowExtraPercent, 5, " %"),
    atMost("slow in the burst (without hedging)", figures.windowSlow, withoutHedging, ""),
  ];
}

/** Without a bound to compare with, or without a figure, nothing is proved and nothing is met. */
function atMost(
  what: string,
  value: number | undefined,
  bound: number | undefined,
  unit: string,
): Check {
  const text = (number: number | undefined) =>
    number === undefined ? "not measured" : `${Number(number.toFixed(1))}${unit}`;
  const isMet = value !== undefined && bound !== undefined && value <= bound;
  return { what, required: `at most ${text(bound)}`, measured: text(value), isMet };
}
