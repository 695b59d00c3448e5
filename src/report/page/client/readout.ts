import { printable } from "../../../base/printable.ts";
import type { PageFacts } from "../page-shape.ts";
import { portText } from "./port-text.ts";
import type { TimeBuckets } from "./time-buckets.ts";
import { sinceText, spanText, timeOfDay } from "./units.ts";

/** What the charts show at one instant, in words. */
export function readoutText(facts: PageFacts, buckets: TimeBuckets, atUs: number): string {
  const local = facts.startUs + facts.utcOffsetMinutes * 60e6;
  const bucket = Math.floor((atUs - buckets.fromUs) / buckets.widthUs);
  const perSecond = (count: number | undefined) =>
    String(Number((((count ?? 0) * 1e6) / buckets.widthUs).toFixed(1)));
  const rates = facts.endpoints.map(
    (name, index) => `${portText(name)} ${perSecond(buckets.ok[index]?.[bucket])}`,
  );
  const p50Us = buckets.p50Us[bucket] ?? Number.NaN;
  const p99Us = buckets.p99Us[bucket] ?? Number.NaN;
  const notOk = buckets.notOk[bucket] ?? 0;
  const held = facts.states
    .filter(({ fromUs, toUs, state }) => fromUs <= atUs && atUs < toUs && state !== "healthy")
    .map(({ endpoint, state }) => `${portText(facts.endpoints[endpoint] ?? "")} ${state}`);
  const parts = [
    `${timeOfDay(local + atUs)} (${sinceText(atUs, 1000)})`,
    `ok/s: ${rates.join(", ")}`,
    ...(Number.isNaN(p50Us) ? [] : [`p50 ${spanText(p50Us)}, p99 ${spanText(p99Us)}`]),
    ...(notOk === 0 ? [] : [`not ok: ${notOk}`]),
    ...held,
  ];
  return printable(parts.join(" · "));
}
