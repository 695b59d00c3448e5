import type { ClientName } from "../load/load-config.ts";
import type { RunReport } from "../report/run-report.ts";

/** The policies the demo compares, ours first; each plays the same timeline. */
export const comparedClients: readonly ClientName[] = ["adaptive", "retry", "none", "stock"];

const heading = [
  "policy",
  "requests",
  "lost",
  "slower than 50 ms",
  "worst latency",
  "executed twice",
  "extra attempts",
];

/** One row a policy, for people: what the same two faults cost under each. */
export function comparisonTable(
  rows: readonly { readonly client: ClientName; readonly report: RunReport }[],
): readonly string[] {
  const cells = [heading, ...rows.map(({ client, report }) => rowOf(client, report))];
  const widths = heading.map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? "").length)),
  );
  return cells.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  "),
  );
}

function rowOf(client: ClientName, { requests, latency, executions, attempts }: RunReport) {
  const worstMs = (latency.withLostAtDeadline ?? latency.ok).maxMs;
  // grpc-js does not tell how often it tried.
  const extra = attempts.total - (requests.scheduled - requests.notSent);
  return [
    client,
    String(requests.scheduled),
    String(requests.lost),
    String(latency.slowCount),
    worstMs === null ? "-" : `${worstMs.toFixed(1)} ms`,
    String(executions.duplicateRequestCount),
    client === "stock" ? "-" : String(extra),
  ];
}
