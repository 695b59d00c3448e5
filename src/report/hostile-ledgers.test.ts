import { describe, expect, test } from "bun:test";
import {
  collect,
  executionLine,
  type Files,
  loadFooter,
  loadHeader,
  okLine,
  serverHeader,
} from "../../tests/support/ledger-lines.ts";
import { randomRun } from "../../tests/support/random-run.ts";
import { DfsError } from "../base/errors.ts";
import { seededRandom } from "../base/random.ts";
import { renderJson } from "./render-json.ts";
import { renderText } from "./render-text.ts";
import { reportLedgers } from "./report-run.ts";
import type { Report } from "./run-report.ts";

/** Ten requests, every one ok and executed: nothing is missing, so nothing may be made up. */
const numbers = Array.from({ length: 10 }, (_, index) => index + 1);
const good: Files = {
  "client.log": [
    loadHeader(0),
    ...numbers.map((number) => okLine(number * 100, number)),
    loadFooter(4000, { scheduled: 10, ok: 10 }),
  ],
  "server_50051.log": [
    serverHeader(-9, { run: "s1", port: 50051 }),
    ...numbers.map((number) => executionLine(number * 100 - 2, number)),
  ],
};

/** The report, in every spelling; undefined when it was refused, as it should, with a reason. */
function reportOrRefusal(files: Files): Report | undefined {
  try {
    const report = reportLedgers(collect(files));
    renderText(report, { color: true, width: 80, explain: true });
    JSON.parse(renderJson(report));
    expect(numbersIn(report).filter((value) => !Number.isFinite(value))).toEqual([]);
    return report;
  } catch (error) {
    if (error instanceof DfsError && error.code === "cannot-run") return undefined;
    throw error;
  }
}

function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}

function resultOf(report: Report | undefined): string | undefined {
  return report?.reports[0]?.verdict.result;
}

test("reportLedgers() verifies the run that is spoilt below", () => {
  expect(resultOf(reportOrRefusal(good))).toBe("verified");
});

describe("reportLedgers() over a client ledger cut anywhere", () => {
  const text = `${good["client.log"]?.join("\n")}\n`;

  test("never claims more than is left, and never verifies it", () => {
    for (let length = 0; length < text.length - 1; length += 7) {
      const lines = text.slice(0, length).split("\n");
      const report = reportOrRefusal({ ...good, "client.log": lines });
      const run = report?.reports[0];
      const whole = lines.slice(0, -1).filter((each) => each.includes("latency_ms=")).length;
      // The last line may be whole but for its line end.
      expect((run?.requests.ok ?? 0) - whole).toBeWithin(0, 2);
      expect(resultOf(report)).not.toBe("verified");
    }
  });

  test("is not verified without any one of its lines", () => {
    const lines = good["client.log"] ?? [];
    for (const [index] of lines.entries()) {
      const report = reportOrRefusal({ ...good, "client.log": lines.toSpliced(index, 1) });
      expect(resultOf(report)).not.toBe("verified");
    }
  });
});

describe("reportLedgers() over server ledgers that are not whole", () => {
  const lines = good["server_50051.log"] ?? [];
  const executionsOf = (server: readonly string[] | undefined) => {
    const files = { "client.log": good["client.log"] ?? [] };
    const report = reportOrRefusal(server === undefined ? files : { ...files, "s.log": server });
    const [run] = report?.reports ?? [];
    if (run === undefined) throw new Error("no report");
    return { ...run.executions, ...run.verdict };
  };

  test("says that one is missing, and does not accuse anybody", () => {
    expect(executionsOf(undefined)).toMatchObject({
      ...{ okNotExecutedCount: null, result: "verified" },
      incomplete: ["no server ledger of this run for localhost:50051"],
    });
  });

  test("takes a torn line for what it may have been, not for a missing execution", () => {
    const torn = [...lines.slice(0, 4), `${lines[4]?.slice(0, 70)} torn=true`, ...lines.slice(5)];
    expect(executionsOf(torn)).toMatchObject({
      ...{ total: 9, okNotExecutedCount: 1, upperBounds: ["okNotExecutedCount"] },
      result: "not-verified",
      reasons: [
        "ledgers consistent: 1 requests ended ok that no server ledger holds an execution of; " +
          "1 torn or foreign lines there may have held them",
      ],
      incomplete: [
        expect.stringContaining("left no footer"),
        "1 lines of s.log are torn or foreign: they may have held executions",
      ],
    });
    // Two are missing, and the one line cannot have held both.
    expect(executionsOf(torn.toSpliced(5, 1))).toMatchObject({
      okNotExecutedCount: 2,
      reasons: [
        "ledgers consistent: 2 requests ended ok that no server ledger holds an execution of",
      ],
    });
  });

  test("takes a torn line for what a footer counts and the ledger does not hold", () => {
    const footer = loadFooter(4000, {}, { run: "s1" }).replace(" t_us", " total.executed=10 t_us");
    const reasons = (server: readonly string[]) => executionsOf([...server, footer]).reasons.join();
    const said = "executed 10 requests as its footer counts, its ledger holds 9";
    expect(reasons(lines)).toBe("");
    expect(reasons(lines.with(4, "torn"))).toContain(`${said}; 1 torn or foreign lines there may`);
    expect(reasons(lines.toSpliced(4, 1))).toEndWith(said);
    expect(reasons([...lines, executionLine(995, 10), "torn"])).toEndWith("its ledger holds 11");
  });

  test("takes executions without a header for what they are", () => {
    expect(executionsOf(lines.slice(1))).toMatchObject({
      ...{ total: 10, okNotExecutedCount: null },
      missingServerLedgers: ["localhost:50051"],
      incomplete: [
        "no server ledger of this run for localhost:50051",
        "s.log holds executions before any header: whose they are is not known",
      ],
    });
  });

  test("has no bounds to tell of a ledger that is whole", () => {
    const footer = `${loadFooter(4000, {}, { run: "s1" })} total.executed=10`;
    const executions = executionsOf([...lines, footer]);
    expect(executions).toMatchObject({ incomplete: [], lowerBounds: [], upperBounds: [] });
  });
});

describe("reportLedgers() over anything at all", () => {
  const seeds = Array.from({ length: 150 }, (_, index) => index + 1);

  test("ends in a report or a refusal when characters change, lines go, move or are strange", () => {
    for (const seed of seeds) {
      const random = seededRandom(seed);
      const spoilt = Object.entries(randomRun(seed)).map(([path, lines]): [string, string[]] => [
        path,
        lines.flatMap((line) => {
          const chance = random.next();
          const at = Math.floor(random.next() * line.length);
          if (chance < 0.03) return [];
          if (chance < 0.06) return [line, line];
          if (chance < 0.09) return [line.slice(0, at)];
          if (chance < 0.12) return [`${line.slice(0, at)}9${line.slice(at + 1)}`];
          if (chance < 0.15) return [`${line.slice(0, at)}${line.slice(at + 1)}`];
          if (chance < 0.18) return ["request=r-1 endpoint= latency_ms=", "\u0000\u001b[31m", "{}"];
          return [line];
        }),
      ]);
      reportOrRefusal(Object.fromEntries(spoilt));
    }
  });

  test("bears instants that jump by hours, and numbers that no clock shows", () => {
    const values = ["0", "-1", "1e300", "-1e300", "8.64e21", "1795386900000000", "1e-9"];
    for (const value of values) {
      for (const [index] of (good["client.log"] ?? []).entries()) {
        const client = (good["client.log"] ?? []).with(
          index,
          good["client.log"]?.[index]?.replace(/t_us=\d+/, `t_us=${value}`) ?? "",
        );
        expect(resultOf(reportOrRefusal({ ...good, "client.log": client }))).not.toBe("verified");
      }
    }
  });

  test("bears absurd spans and counts", () => {
    for (const value of ["-5", "1e300", "9007199254740993", "0.0000001"]) {
      for (const key of ["latency_ms", "service_ms", "lag_ms", "attempts"]) {
        const client = (good["client.log"] ?? []).map((line) =>
          line.replace(new RegExp(` ${key}=\\S+`), ` ${key}=${value}`),
        );
        reportOrRefusal({ ...good, "client.log": client });
      }
    }
  });
});
