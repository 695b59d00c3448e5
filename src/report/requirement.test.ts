import { describe, expect, test } from "bun:test";
import {
  attemptLine,
  collect,
  executionLine,
  type Files,
  faultHeader,
  faultLine,
  loadFooter,
  loadHeader,
  lostLine,
  okLine,
  reportOf,
  serverHeader,
} from "../../tests/support/ledger-lines.ts";
import { randomRun } from "../../tests/support/random-run.ts";
import { seededRandom } from "../base/random.ts";
import { units } from "./figure.ts";
import { figureCatalog } from "./figure-catalog.ts";
import { reportLedgers } from "./report-run.ts";
import { formatRequirement, judgeRequirement, parseRequirement } from "./requirement.ts";
import type { RunReport } from "./run-report.ts";

const parse = (text: string) => parseRequirement(text, "--require");

describe("parseRequirement()", () => {
  const rows: readonly (readonly [text: string, means: string])[] = [
    ["success>=99.9%", "success >= 99.9%"],
    ["success:99.9%", "success >= 99.9%"],
    ["success>=0.999", "success >= 99.9%"],
    ["recovery<=1s", "recovery <= 1s"],
    ["recovery:1s", "recovery <= 1s"],
    ["p99<=50ms", "p99 <= 50ms"],
    ["p99.9 < 0.25", "p99.9 < 250ms"],
    ["p99_with_lost<1m30s", "p99_with_lost < 1m30s"],
    ["lost=0", "lost = 0"],
    ["lost==0", "lost = 0"],
    ["  LOST != 3 ", "lost != 3"],
    ["throughput_min>=9/s", "throughput_min >= 9/s"],
    ["rate>9.5", "rate > 9.5/s"],
    ["attempts_per_request<=1.05", "attempts_per_request <= 1.05"],
  ];
  for (const [text, means] of rows) {
    test(`reads "${text}" as "${means}"`, () => expect(formatRequirement(parse(text))).toBe(means));
  }

  test("takes the bound to be the number nearest to what was typed", () => {
    expect(parse("success>=99.9%").bound).toBe(999 / 1000);
    expect(parse("success>=95%").bound).toBe(19 / 20);
    expect(parse("p99<=0.0501s").bound).toBe(50_100 / 1000);
  });

  const refused: readonly (readonly [text: string, says: string])[] = [
    ["", 'current value is ""'],
    ["lost", 'current value is "lost" Figures: success'],
    ["lots", 'did you mean "lost"?'],
    ["succes>=99%", 'knows no figure "succes"'],
    ["succes>=99%", 'did you mean "success"? Figures: success scheduled'],
    ["p98<=50ms", 'did you mean "p9'],
    ["success>=99.9", "a percentage such as 99.9% or a share in 0..1"],
    ["success>=100.1%", "a percentage"],
    ["success>=-1%", "a percentage"],
    ["p99<=50", ""],
    ["p99<=50%", "a duration such as 50ms"],
    ["p99<=ms", "a duration such as 50ms"],
    ["p99<=", 'a duration such as 50ms, 1s, 1m30s or plain seconds: current value is "p99<="'],
    ["lost<=0.5", "a whole number such as 0"],
    ["lost<=1%", "a whole number such as 0"],
    ["lost=>0", "a whole number such as 0"],
    ["rate>=9/min", "a number a second"],
    ["attempts_per_request<=1e3", "a number such as 1.05"],
    ["\u001b[31mlost=0", "\\u001b"],
  ];
  for (const [text, says] of refused) {
    // A bare number is seconds, as for every duration of the product.
    if (says === "") test(`takes "${text}"`, () => expect(parse(text).bound).toBe(50_000));
    else {
      test(`refuses ${JSON.stringify(text)}, saying ${says}`, () => {
        expect(() => parse(text)).toThrow(says);
      });
    }
  }

  test("reads back what formatRequirement() writes, of every figure and operator", () => {
    const random = seededRandom(4);
    for (const figure of figureCatalog) {
      for (const operator of [">=", "<=", ">", "<", "=", "!="] as const) {
        const drawn = random.next() * (figure.unit === "share" ? 1 : 5000);
        const whole = figure.unit === "count" ? Math.floor(drawn) : Math.round(drawn * 1000) / 1000;
        const requirement = { figure, operator, bound: whole };
        const text = formatRequirement(requirement);
        expect(formatRequirement(parse(text))).toBe(text);
        expect(parse(text).bound).toBeCloseTo(whole, 6);
      }
    }
  });
});

/** 20 requests, #20 failed at 9.5 s; #4 met a crash at 1.5 s and recovered in 8 ms. */
const files: Files = {
  "client.log": [
    loadHeader(0, { durationS: 10 }),
    ...Array.from({ length: 18 }, (_, index) => index + 1).flatMap((number) =>
      number === 4
        ? [
            attemptLine(1502, 4),
            okLine(1510, 4, { latencyMs: 10, attempts: 2, endpoint: "localhost:50052" }),
          ]
        : [okLine((number - 1) * 500 + number, number, { latencyMs: number })],
    ),
    okLine(9019, 19, { latencyMs: 19 }),
    lostLine(9503, 20),
    loadFooter(10_000, { scheduled: 20, ok: 19, failed: 1, held_ms: 10_000 }),
  ],
  "fault.log": [faultHeader(0, { run: "f" }), faultLine(1500, { run: "f", port: 50051 })],
};

function judged(text: string, of: Files = files) {
  const { reports } = reportLedgers(collect(of), [parse(text)]);
  const [run] = reports;
  if (run === undefined) throw new Error("no report");
  return run;
}

function criterion(text: string, of: Files = files) {
  const name = formatRequirement(parse(text));
  return judged(text, of).verdict.criteria.find((each) => each.name === name);
}

describe("judgeRequirement()", () => {
  const rows: readonly (readonly [text: string, met: string, actual: string])[] = [
    ["success>=95%", "yes", "95% (0 points to spare)"],
    ["success>95%", "no", "95%"],
    ["success>=99.9%", "no", "95% (4.9 points too little)"],
    ["lost=0", "no", "1 (1 too many)"],
    ["lost<=5", "yes", "1 (4 to spare)"],
    ["lost=1", "yes", "1"],
    ["lost!=1", "no", "1"],
    ["failed:1", "yes", "1 (0 to spare)"],
    ["scheduled>=21", "no", "20 (1 too few)"],
    // Sorted 1 2 3 5 ... 10 10 ... 19: 19 values, the last at floor(19 x 0.99) = 18.
    ["p99<=20ms", "yes", "19ms (1ms to spare)"],
    ["max<19ms", "no", "19ms"],
    // The lost one at its deadline.
    ["max_with_lost<=30s", "yes", "30s (0s to spare)"],
    ["affected=1", "yes", "1"],
    ["affected_p99<=10ms", "yes", "10ms (0s to spare)"],
    ["recovery<=8ms", "yes", "8ms (0s to spare)"],
    ["detection<=1ms", "no", "2ms (1ms too much)"],
    ["failover<=10ms", "yes", "10ms (0s to spare)"],
    ["outages=1", "yes", "1"],
    // 21 attempts: one of every request, and the second of #4.
    ["attempts_per_request<=1.05", "yes", "1.05 (0 to spare)"],
    ["rate>=2", "yes", "2/s (0/s to spare)"],
    // 2 in each whole second from 1 to 8.
    ["throughput_min>=2", "yes", "2/s (0/s to spare)"],
    ["held>=10s", "yes", "10s (0s to spare)"],
    ["duplicates=0", "unknown", "0"],
    ["ok_not_executed=0", "unknown", "unknown"],
  ];
  for (const [text, met, actual] of rows) {
    test(`finds ${text} ${met === "yes" ? "met" : `not met (${met})`}, actual ${actual}`, () => {
      expect(criterion(text)).toMatchObject({ met, actual });
    });
  }

  test("says of what is not known why it is not", () => {
    expect(criterion("duplicates=0")?.why).toBe(
      "no server ledger of this run for localhost:50051; " +
        "no server ledger of this run for localhost:50052",
    );
    expect(criterion("ok_not_executed=0")?.why).toBe("a server ledger is missing");
    const calm = {
      "client.log": [loadHeader(0), okLine(4, 1), loadFooter(4000, { scheduled: 1, ok: 1 })],
    };
    expect(criterion("rejoin<=1s", calm)).toMatchObject({
      met: "unknown",
      why: "the run saw no outage",
    });
    expect(criterion("recovery<=1s", calm)).toMatchObject({ met: "yes" });
    expect(criterion("affected_p50<=1s", calm)).toMatchObject({ met: "unknown" });
  });

  test("takes what never came for worse than any bound", () => {
    const never = {
      ...files,
      "client.log": (files["client.log"] ?? []).filter(
        (each) => !each.includes("request=r-4 attempts=2"),
      ),
    };
    expect(criterion("recovery<=1h", never)).toMatchObject({ met: "no", actual: "never" });
  });

  test("trusts no figure of a load that left no footer, unless it is bad enough", () => {
    const killed = { "client.log": (files["client.log"] ?? []).slice(0, -1) };
    expect(criterion("success>=90%", killed)).toMatchObject({ met: "unknown" });
    expect(criterion("lost=0", killed)).toMatchObject({ met: "no" });
  });

  test("gives no verdict on answers that were not checked", () => {
    const unchecked = {
      "client.log": [
        loadHeader(0, { verify: "status" }),
        okLine(4, 1),
        loadFooter(4000, { scheduled: 1, ok: 1 }),
      ],
    };
    expect(criterion("wrong=0", unchecked)).toMatchObject({
      met: "unknown",
      why: "the answers were not checked",
    });
  });

  test("counts an executed-twice request against duplicates when every ledger is whole", () => {
    const server = (port: number, run: string, executions: readonly string[]) => [
      serverHeader(-9, { run, port }),
      ...executions,
      // A footer that counts what there is.
      executionsFooter(run, executions.length),
    ];
    const twice: Files = {
      "client.log": [loadHeader(0), okLine(4, 1), loadFooter(4000, { scheduled: 1, ok: 1 })],
      "server_50051.log": server(50051, "s1", [executionLine(2, 1)]),
      "server_50052.log": server(50052, "s2", [executionLine(3, 1)]),
    };
    expect(criterion("duplicates=0", twice)).toMatchObject({ met: "no", actual: "1 (1 too many)" });
    expect(criterion("duplicates<=1", twice)).toMatchObject({ met: "yes" });
  });
});

function executionsFooter(run: string, executed: number): string {
  return loadFooter(5000, { executed }, { run });
}

describe("requirements beside the guide's criteria", () => {
  const names = (run: RunReport) => run.verdict.criteria.map(({ name }) => name);

  test("replace those on the same figure and leave the others", () => {
    expect(names(judged("lost<=5"))).toEqual([
      ...["full duration held", "rate held", "success rate above 95 %", "nothing wrong"],
      ...["recovery under 1 s", "ledger complete", "ledgers consistent", "lost <= 5"],
    ]);
    expect(names(judged("recovery<=3s"))).not.toContain("recovery under 1 s");
    expect(names(judged("p99<=1s"))).toHaveLength(9);
  });

  test("decide the verdict together with them", () => {
    // 95 % is not above the guide's 95 %.
    expect(judged("lost<=5").verdict.reasons).toEqual(["success rate above 95 %: 19 of 20 ok"]);
    const both = [parse("lost<=5"), parse("success>=95%")];
    expect(reportLedgers(collect(files), both).reports[0]?.verdict.result).toBe("verified");
  });

  test("cannot turn an inconclusive run into a verdict", () => {
    const behind = {
      "client.log": [
        loadHeader(0),
        okLine(4, 1),
        loadFooter(4000, { scheduled: 2, ok: 1, not_sent: 1 }),
      ],
    };
    expect(judged("lost<=9", behind).verdict.result).toBe("inconclusive");
  });
});

describe("figureCatalog", () => {
  test("names each figure once, in words that --require can read", () => {
    const names = figureCatalog.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, unit } of figureCatalog) {
      const example = { count: "1", share: "1%", duration: "1s", rate: "1/s", ratio: "1" }[unit];
      expect(parse(`${name}>=${example}`).figure.name).toBe(name);
    }
  });

  test("gives a number or a reason for every figure of any run, never nonsense", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const [run] = reportOf(randomRun(seed)).reports;
      if (run === undefined) throw new Error("no report");
      for (const { name, unit, read } of figureCatalog) {
        const value = read(run);
        if (typeof value === "object") expect(value.unknown).not.toBe("");
        else
          expect({ name, isSane: value >= 0 && units[unit].format(value) !== "" }).toEqual({
            name,
            isSane: true,
          });
      }
    }
  });

  test("meets exactly one of a bound and its opposite, when the figure is known", () => {
    const [run] = reportOf(files).reports;
    if (run === undefined) throw new Error("no report");
    const random = seededRandom(9);
    for (const figure of figureCatalog.filter(({ doubtOf }) => doubtOf(run) === undefined)) {
      const value = figure.read(run);
      if (typeof value === "object") continue;
      for (const bound of [value, value + random.next(), Math.max(0, value - random.next())]) {
        for (const [one, other] of [
          [">=", "<"],
          ["<=", ">"],
          ["=", "!="],
        ] as const) {
          const met = [one, other].map(
            (operator) => judgeRequirement({ figure, operator, bound }, run).criterion.met,
          );
          expect(met.toSorted()).toEqual(["no", "yes"]);
        }
      }
    }
  });
});
