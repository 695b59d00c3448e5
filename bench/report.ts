/**
 * How long `dfs report` takes over a large run, and how much memory: a million requests in
 * client.log, alone and with their executions in three server ledgers. Bounds for a million: 6 s
 * alone, 12 s and 600 MB with the servers. Run: bun bench/report.ts [requests]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../src/base/clock.ts";
import { LedgerCollector } from "../src/report/ledger-collector.ts";
import { readLedgers } from "../src/report/read-ledgers.ts";
import { renderText } from "../src/report/render-text.ts";
import { reportLedgers } from "../src/report/report-run.ts";
import { ports, writeLedgers } from "./large-ledgers.ts";

/** In a process of its own, so that its memory is the report's alone. */
async function measure(paths: readonly string[]): Promise<void> {
  const ledger = new LedgerCollector();
  const beganUs = systemClock.nowUs();
  await readLedgers(paths, ledger);
  const readUs = systemClock.nowUs();
  const text = renderText(reportLedgers(ledger), { color: false, width: 100 });
  const reportedUs = systemClock.nowUs();
  console.log(text);
  const seconds = (spanUs: number) => (spanUs / 1e6).toFixed(2);
  // maxRSS is in kilobytes, on every system that Bun runs on.
  const peakMb = process.resourceUsage().maxRSS / 1024;
  console.log(
    `\n${paths.length} files: read ${seconds(readUs - beganUs)} s, ` +
      `report ${seconds(reportedUs - readUs)} s, together ${seconds(reportedUs - beganUs)} s, ` +
      `peak resident ${peakMb.toFixed(0)} MB\n`,
  );
}

const [first = "1000000", ...ledgers] = process.argv.slice(2);
if (ledgers.length > 0) {
  await measure(ledgers);
} else {
  const directory = mkdtempSync(join(tmpdir(), "dfs-bench-"));
  try {
    await writeLedgers(directory, Number(first));
    const client = join(directory, "client.log");
    const servers = ports.map((port) => join(directory, `server_${port}.log`));
    for (const paths of [[client], [client, ...servers]]) {
      const child = Bun.spawn([process.execPath, import.meta.path, first, ...paths], {
        stdio: ["ignore", "inherit", "inherit"],
      });
      await child.exited;
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
