/** `--require` and the outputs for machines, on the executable. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020";
import schema from "../../src/report/report.schema.json";
import { runDfs, startReplica } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { junitTotals } from "../support/junit-totals.ts";
import { loadFooter, loadHeader, lostLine, okLine } from "../support/ledger-lines.ts";
import { tempDir } from "../support/temp-dir.ts";
import { whenBusy } from "../support/when-busy.ts";

/** Every wait inside has a shorter bound of its own, which says more when it is hit. */
setDefaultTimeout(90_000);

const required = (...criteria: readonly string[]) =>
  criteria.flatMap((criterion) => ["--require", criterion]);

/** 4 s at 2 a second: seven ok, one failed; behind: it never left. */
function ledger(kind: "ok" | "lost" | "behind"): string {
  const ok = Array.from({ length: 7 }, (_, index) => okLine(index * 500 + 4, index + 1));
  const eighth = kind === "ok" ? okLine(3504, 8) : lostLine(3503, 8);
  const totals = kind === "ok" ? { ok: 8 } : { ok: 7, failed: 1 };
  const notSent = kind === "behind" ? 1 : 0;
  const footer = loadFooter(4000, { scheduled: 8, ...totals, not_sent: notSent });
  return `${[loadHeader(0), ...ok, eighth, footer].join("\n")}\n`;
}

describe("dfs report --require", () => {
  const rows: readonly (readonly [ledger: "ok" | "lost" | "behind", string[], status: number])[] = [
    ["ok", [], 0],
    ["ok", ["success>=99.9%", "p99<=50ms", "lost=0", "recovery<=1s"], 0],
    ["ok", ["p99:4ms"], 0],
    ["ok", ["p99<4ms"], 1],
    ["ok", ["duplicates=0"], 1],
    ["lost", [], 1],
    ["lost", ["lost<=1"], 1],
    ["lost", ["lost<=1", "success:80%"], 0],
    ["lost", ["lost<=1", "success:90%"], 1],
    ["behind", [], 4],
    ["behind", ["lost<=1", "success:80%"], 4],
    ["ok", ["losst=0"], 2],
    ["ok", ["p99<=50kg"], 2],
    ["ok", [""], 2],
  ];
  for (const [kind, criteria, expected] of rows) {
    test(`ends with ${expected} over a run that was ${kind}, given ${criteria.join(" ")}`, async () => {
      using dir = tempDir();
      writeFileSync(dir.file("client.log"), ledger(kind));
      const { status, stderr } = await runDfs(["report", ...required(...criteria)], {
        cwd: dir.path,
      });
      expect({
        status,
        stderr: expected === 2 ? "" : stderr.replace(/^.*Not found.*\n/gm, ""),
      }).toEqual({
        ...{ status: expected, stderr: "" },
      });
    });
  }

  test("names the nearest figure and the list of them", async () => {
    using dir = tempDir();
    const { stderr } = await runDfs(["report", ...required("losst=0")], { cwd: dir.path });
    expect(stderr).toMatch(/did you mean "lost"\? Figures: success scheduled ok lost .* p99\.9 /);
    const help = await runDfs(["report", "--help"], { cwd: dir.path });
    expect(help.stdout).toMatch(/^ {4}rejoin +duration +: at most +from an outage's begin/m);
  });
});

describe("dfs report --format and --output", () => {
  test("writes each format to its file, and the verdict to the terminal", async () => {
    using dir = tempDir();
    writeFileSync(dir.file("client.log"), ledger("lost"));
    const files = ["verdict.xml", "requests.csv", "report.json", "report.txt"];
    const args = files.flatMap((file) => ["-o", file]);
    const { status, stdout } = await runDfs(["report", ...args], { cwd: dir.path });
    expect(status).toBe(1);
    expect(stdout).toStartWith("Written: verdict.xml (junit)\nWritten: requests.csv (csv)\n");
    expect(stdout).toEndWith(": 7 of 8 ok; nothing lost: 1 of 8 did not end ok\n");
    const text = (file: string) => readFileSync(dir.file(file), "utf8");
    expect(junitTotals(text("verdict.xml"))).toMatchObject({ passed: 6, failed: 2 });
    expect(text("requests.csv").split("\r\n")).toHaveLength(1 + 8 + 1);
    const validate = new Ajv2020({ strictTypes: false }).compile(schema);
    expect(validate(JSON.parse(text("report.json")))).toBe(true);
    expect(text("report.txt")).toContain("NOT VERIFIED (run r): ");
    for (const [format, file] of [
      ["junit", "verdict.xml"],
      ["csv", "requests.csv"],
      ["json", "report.json"],
    ] as const) {
      const shown = await runDfs(["report", "--format", format], { cwd: dir.path });
      expect({ status: shown.status, stdout: shown.stdout }).toEqual({
        status: 1,
        stdout: text(file),
      });
      const one = ["report", "--format", format, "--output", "one"];
      expect((await runDfs(one, { cwd: dir.path })).status).toBe(1);
      expect(text("one")).toBe(text(file));
    }
  });

  test("refuses outputs that contradict each other, or would overwrite a ledger", async () => {
    using dir = tempDir();
    writeFileSync(dir.file("client.log"), ledger("ok"));
    for (const [args, says] of [
      [["-o", "client.log"], "--output client.log is one of the log files that are reported"],
      [["-o", "a.xml", "-o", "./a.xml"], "--output names ./a.xml twice"],
      [["-o", "a.xml", "-o", "b.csv", "--format", "json"], "--format is that of one output"],
      [["-o", "-"], "--output must name a file"],
      [["-o"], "--output needs a value"],
    ] as const) {
      const { status, stderr } = await runDfs(["report", ...args], { cwd: dir.path });
      expect({ status, says: stderr.includes(says) ? says : stderr }).toEqual({ status: 2, says });
    }
    expect(readFileSync(dir.file("client.log"), "utf8")).toBe(ledger("ok"));
    expect(existsSync(dir.file("a.xml"))).toBe(false);
  });
});

describe("dfs load --require", () => {
  test("judges the run by it, and refuses a bad one before anything starts", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await startReplica(port, dir.path);
    const load = (...criteria: readonly string[]) =>
      runDfs(
        ["load", "--replicas", `localhost:${port}`, "--duration", "1", ...required(...criteria)],
        { cwd: dir.path },
      );
    const met = await load("scheduled=10", "lost=0", "attempts_per_request<=3");
    expect(met.status).toBe(0);
    expect(met.stdout).toMatch(/✓ scheduled = 10 +exactly 10 +10\n/);
    const unmet = await load("scheduled>=11");
    expect(unmet.status).toBe(1);
    expect(unmet.stdout).toContain("scheduled >= 11: it is 10 (1 too few)");
    const before = readFileSync(dir.file("client.log"), "utf8");
    expect((await load("sched>=11")).status).toBe(2);
    expect(readFileSync(dir.file("client.log"), "utf8")).toBe(before);
  });
});

describe("dfs demo --require", () => {
  test(
    "judges the drill by it",
    async () => {
      using dir = tempDir();
      const args = ["demo", "--duration", "6", "--directory", "d"];
      const criteria = required("outages>=2", "detection<=1h", "rejoin<=1ms");
      const { status, stdout, stderr } = await runDfs([...args, ...criteria], {
        ...{ cwd: dir.path, withinMs: 60_000 },
      });
      expect({ status, output: status === 1 ? "" : stdout + stderr }).toEqual({
        ...{ status: 1, output: "" },
      });
      expect(stdout).toMatch(/✓ outages >= 2 /);
      expect(stdout).toMatch(/✓ detection <= 1h /);
      expect(stdout).toMatch(/✗ rejoin <= 1ms +at most 1ms /);
      const refused = await runDfs(["demo", "--directory", "none", ...required("x=1")], {
        cwd: dir.path,
      });
      expect(refused.status).toBe(2);
      expect(existsSync(dir.file("none"))).toBe(false);
    },
    whenBusy,
  );
});

describe("dfs report over several load machines", () => {
  test("is one report over loads that ran side by side", async () => {
    const [port = 0] = await freePorts(1);
    using dir = tempDir();
    await using _replica = await startReplica(port, dir.path);
    const load = (logfile: string) =>
      runDfs(["load", "--replicas", `localhost:${port}`, "--duration", "3", "--logfile", logfile], {
        cwd: dir.path,
      });
    const loads = await Promise.all([load("a.log"), load("b.log")]);
    expect(loads.map(({ status }) => status)).toEqual([0, 0]);
    const args = ["report", "a.log", "b.log", `server_${port}.log`, ...required("scheduled=60")];
    const { status, stdout } = await runDfs(args, { cwd: dir.path });
    expect({ status, stdout: status === 0 ? "" : stdout }).toEqual({ status: 0, stdout: "" });
    expect(stdout).toMatch(/Run \w+\+\w+: started/);
    expect(stdout).toContain("60 scheduled = 60 ok + 0 wrong");
    expect(stdout).toContain("ok without an execution: 0");
  });
});
