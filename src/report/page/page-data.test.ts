import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { LedgerCollector } from "../ledger-collector.ts";
import { readLedgers } from "../read-ledgers.ts";
import { reportLedgers } from "../report-run.ts";
import { StreamData } from "../stream-data.ts";
import { pageData } from "./page-data.ts";
import { pageFlows } from "./page-streams.ts";

async function goldenPage() {
  const ledger = new LedgerCollector();
  const names = ["client", "server_50051", "server_50052", "fault"];
  const fixtures = join(import.meta.dir, "../fixtures");
  await readLedgers(
    names.map((name) => join(fixtures, `golden_${name}.txt`)),
    ledger,
  );
  const [report] = reportLedgers(ledger).reports;
  if (report === undefined) throw new Error("the golden ledgers hold a run");
  return pageData(ledger, report);
}

describe("pageData() of the golden ledgers", () => {
  test("has a row for each outcome, in the order of their ends, since the run began", async () => {
    const { requests, facts } = await goldenPage();
    expect(facts.startUs).toBe(1795383300_000_000);
    expect([...requests.number]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...requests.endedUs].map((us) => us / 1000)).toEqual([
      ...[4, 505, 1006, 1510, 2007, 2509, 3004, 3508],
    ]);
    expect([...requests.latencyUs]).toEqual([
      ...[4000, 5000, 6000, 10_000, 7000, 9000, 4000, 8000],
    ]);
    expect([...requests.endpointPlus1]).toEqual([1, 2, 1, 2, 2, 1, 2, 2]);
    expect([...requests.attempts]).toEqual([1, 1, 1, 2, 1, 1, 1, 1]);
    // The seventh was answered wrong.
    expect([...requests.outcome]).toEqual([0, 0, 0, 0, 0, 0, 1, 0]);
  });

  test("has the attempts that failed, with their errors", async () => {
    const { attempts, facts } = await goldenPage();
    expect([...attempts.number]).toEqual([4]);
    expect([...attempts.endedUs]).toEqual([1_502_000]);
    expect(facts.errors[attempts.error[0] ?? -1]).toBe("UNAVAILABLE");
    expect(facts.endpoints[attempts.endpoint[0] ?? -1]).toBe("localhost:50051");
  });

  test("lays states, faults and outages on the same axis", async () => {
    const { facts, report } = await goldenPage();
    expect([facts.fromUs, facts.toUs]).toEqual([0, 4_010_000]);
    expect(facts.states.map(({ state, fromUs, toUs }) => [state, fromUs, toUs])).toEqual([
      ["healthy", 1000, 1_201_000],
      ["down", 1_201_000, 2_400_000],
      ["healthy", 2_400_000, 4_010_000],
    ]);
    const [outage] = report.outages;
    const [drawn] = facts.outages;
    expect(facts.faults.map(({ fault, endpoint }) => [fault, endpoint])).toEqual([["crash", 0]]);
    expect(drawn?.fromUs).toBe((outage?.beginUs ?? 0) - facts.startUs);
    expect(drawn?.toUs).toBe((outage?.endUs ?? 0) - facts.startUs);
    expect(drawn?.detectionUs).toBe((drawn?.fromUs ?? 0) + (outage?.detectionMs ?? 0) * 1000);
    expect(drawn?.rejoinUs).toBe(2_509_000);
  });

  test("lays gaps of streams on it, and what they brought between seconds", async () => {
    const { facts } = await goldenPage();
    expect(facts.gaps).toEqual([{ from: 0, to: 1, fromUs: 1_200_900, toUs: 1_235_000 }]);
    expect(facts.flows).toEqual([
      { fromUs: 1000, toUs: 1_001_000, items: 200_000 },
      { fromUs: 1_001_000, toUs: 2_001_000, items: 190_000 },
      { fromUs: 2_001_000, toUs: 3_001_000, items: 180_000 },
      { fromUs: 3_001_000, toUs: 4_001_000, items: 210_000 },
    ]);
  });
});

test("pageFlows() of a long run are of several seconds each, and lose nothing", () => {
  const streams = new StreamData();
  for (let second = 1; second <= 10_000; second++) {
    streams.addFlow({ kind: "flow", tUs: second * 1e6, run: "r", second, open: 1, items: second });
  }
  const flows = pageFlows(streams, { startUs: 0, endpoints: [] });
  expect(flows).toHaveLength(2000);
  expect(flows[0]).toEqual({ fromUs: 0, toUs: 5_000_000, items: 15 });
  expect(flows.reduce((sum, { items }) => sum + items, 0)).toBe((10_000 * 10_001) / 2);
});
