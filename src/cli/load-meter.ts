import { HedgeBudget } from "../failover/hedge-budget.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import { LoadMetrics } from "../live/metrics/load-metrics.ts";
import { metersOf } from "../live/metrics/meters.ts";
import type { MetricsBook } from "../live/metrics/open-metrics.ts";
import type { LoadObserver } from "../load/drive-load.ts";

/** What fills the metrics of a load. */
export interface LoadMeter {
  readonly sink: LedgerSink;
  /** The load's own, so that it can be read. */
  readonly budget: HedgeBudget;
  /** `observer`, overheard. */
  overhear(observer: LoadObserver): LoadObserver;
}

export function loadMeter(book: MetricsBook): LoadMeter {
  const { counter, readGauge, readCounter } = metersOf(book, "dfs_load_");
  const budget = new HedgeBudget();
  const retries = counter(
    "retries_total",
    "Requests that went on after an attempt's failure, or were moved for its silence",
    ["reason"],
  );
  readCounter("hedges_total", "Hedges sent on the budget", () => budget.spentCount);
  const refused = "Hedges that the budget refused";
  readCounter("hedges_refused_total", refused, () => budget.refusedCount);
  const tokens = "Hedges that the budget allows at once";
  readGauge("hedge_budget_tokens", tokens, () => budget.tokens);
  return {
    sink: new LoadMetrics(book),
    budget,
    overhear: (observer) => ({
      ...observer,
      onAttemptFailure(failure) {
        const { ended, isRetried } = failure;
        if (isRetried && ended === "failed") retries.inc({ reason: "failure" });
        if (isRetried && ended === "abandoned") retries.inc({ reason: "silence" });
        observer.onAttemptFailure(failure);
      },
    }),
  };
}
