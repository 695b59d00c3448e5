import { definitions } from "../definitions.ts";
import type { LatencyQuantiles, RunReport } from "../run-report.ts";
import { isOfStreamsAlone } from "../stream-report.ts";
import { spanText } from "../text-layout.ts";
import { count } from "./card.ts";
import { type Markup, markup } from "./markup.ts";
import { tableMarkup } from "./render-table.ts";

/** The other figures of the report, what could not be said, and what every figure means. */
export function figureSections(report: RunReport): readonly Markup[] {
  const ofRequests = isOfStreamsAlone(report)
    ? []
    : [
        section("Requests", requestTable(report)),
        section("Latency", latencyTable(report)),
        section("Replicas", replicaTable(report)),
        section("Audit", auditTable(report)),
      ];
  return [
    ...ofRequests,
    ...(report.remarks.length === 0 ? [] : [section("Remarks", list(report.remarks))]),
    markup`<section aria-labelledby="meaning-title"><h2 id="meaning-title">What the figures mean</h2>
<details><summary>Definitions</summary><dl class="pairs">${definitions.map(
      ({ figure, definition }) => markup`<dt>${figure}</dt><dd>${definition}</dd>`,
    )}</dl></details></section>`,
  ];
}

function section(title: string, content: Markup): Markup {
  const id = `${title.toLowerCase()}-title`;
  return markup`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>`;
}

function requestTable({ requests, attempts }: RunReport): Markup {
  const { scheduled, ok, wrong, failed, indeterminate, unaccounted, lost, retried } = requests;
  return tableMarkup({
    caption: "Every request has one outcome",
    head: [
      ...["Scheduled", "ok", "Wrong", "Failed", "Indeterminate", "No outcome", "Lost"],
      ...["Retried", "Attempts", "Failed attempts", "Late answers"],
    ],
    text: [],
    rows: [
      [
        ...[scheduled, ok, wrong, failed, indeterminate, unaccounted, lost].map(count),
        ...[retried, attempts.total, attempts.failed, attempts.late].map(count),
      ],
    ],
  });
}

function latencyTable({ latency, lag }: RunReport): Markup {
  const row = (
    name: string,
    { count: n, p50Ms, p95Ms, p99Ms, maxMs, meanMs }: LatencyQuantiles,
  ) => [name, count(n), ...[p50Ms, p95Ms, p99Ms, maxMs, meanMs].map(spanText)];
  const withLost = latency.withLostAtDeadline;
  const table = tableMarkup({
    caption: `Latency; the load itself lagged by p99 ${spanText(lag.p99Ms)}, at most ${spanText(lag.maxMs)}`,
    head: ["Requests", "Count", "p50", "p95", "p99", "Max", "Mean"],
    rows: [
      row("ok", latency.ok),
      row("affected by an outage", latency.affected),
      row("healthy rest", latency.healthy),
      ...(withLost === null ? [] : [row("with lost at deadline", withLost)]),
    ],
  });
  return markup`${table}${latency.caveats.length === 0 ? "" : list(latency.caveats)}`;
}

function replicaTable({ replicas }: RunReport): Markup {
  return tableMarkup({
    caption: "What each replica answered, and how the client saw it",
    head: [
      ...["Replica", "ok", "Wrong", "Failed attempts", "Service p50", "Service p99"],
      ...["Executed", "Errors", "States entered"],
    ],
    text: [0, 7, 8],
    rows: replicas.map((replica) => [
      replica.endpoint,
      ...[replica.ok, replica.wrong, replica.failedAttempts].map(count),
      ...[replica.serviceP50Ms, replica.serviceP99Ms].map(spanText),
      replica.executions === null ? "not known" : count(replica.executions),
      replica.errors.map(({ error, count: times }) => `${error} ${times}`).join(", ") || "-",
      replica.states.map(({ state, count: times }) => `${state} ${times}`).join(", ") || "-",
    ]),
  });
}

function auditTable({ executions }: RunReport): Markup {
  const { total, repeatedCount, okNotExecutedCount, afterGivenUpCount } = executions;
  const known = (value: number | null) => (value === null ? "not known" : count(value));
  const table = tableMarkup({
    caption: "Client and server ledgers, matched by request",
    head: [
      ...["Executions", "Beyond the first", "ok but never executed", "After given up"],
      "Overtaken",
    ],
    text: [],
    rows: [
      [
        ...[total, repeatedCount, okNotExecutedCount, afterGivenUpCount].map(known),
        count(executions.overtakenCount),
      ],
    ],
  });
  return markup`${table}${executions.incomplete.length === 0 ? "" : list(executions.incomplete)}`;
}

function list(items: readonly string[]): Markup {
  return markup`<ul>${items.map((item) => markup`<li>${item}</li>`)}</ul>`;
}
