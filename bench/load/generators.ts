import { join } from "node:path";
import type { Report } from "../../src/report/run-report.ts";
import type { Programs } from "./programs.ts";

/** What a load generator is told: a rate, or as many requests open as `concurrency`. */
export interface LoadPlan {
  /** `localhost:50051` */
  readonly endpoint: string;
  /** Requests a second; undefined: the next one leaves when one has ended. */
  readonly ratePerSecond: number | undefined;
  readonly seconds: number;
  /** Of ghz also with a rate: how many may be open. */
  readonly concurrency: number;
  /** Where files may be written. */
  readonly dir: string;
}

/** What came of it, by what the generator itself says, and what it cost. */
export interface LoadFigures {
  readonly okCount: number;
  readonly notOkCount: number;
  /** User and system time of its process, from its start to its end. */
  readonly cpuSeconds: number;
  readonly serviceP50Ms: number;
  readonly serviceP99Ms: number;
  /** Of sending behind schedule, if it tells. */
  readonly lagP99Ms: number | undefined;
}

export const generatorNames = ["dfs", "ghz"] as const;
export type GeneratorName = (typeof generatorNames)[number];

const method = "grpc.testing.TestService/UnaryCall";
const data = JSON.stringify({ payload: { body: btoa("hello") } });

export function generate(
  name: GeneratorName,
  programs: Programs,
  plan: LoadPlan,
): Promise<LoadFigures> {
  return name === "dfs" ? runDfsLoad(programs.dfs, plan) : runGhz(programs.ghz, plan);
}

async function runDfsLoad(dfs: string, plan: LoadPlan): Promise<LoadFigures> {
  const ledger = join(plan.dir, `client-${crypto.randomUUID()}.log`);
  const pace =
    plan.ratePerSecond === undefined
      ? ["--concurrency", `${plan.concurrency}`]
      : ["--rate", `${plan.ratePerSecond}`];
  const words = ["load", "--replicas", plan.endpoint, "--call", method, "--data", data, ...pace];
  const flags = ["--duration", `${plan.seconds}s`, "--logfile", ledger];
  const { cpuSeconds } = await run([dfs, ...words, ...flags], plan);
  const json = await run([dfs, "report", "--format", "json", ledger], plan);
  const [report] = (JSON.parse(json.stdout) as Report).reports;
  const [replica] = report?.replicas ?? [];
  if (report === undefined || replica === undefined) throw new Error("dfs reports no run");
  return {
    okCount: report.requests.ok,
    notOkCount: report.requests.lost,
    cpuSeconds,
    serviceP50Ms: replica.serviceP50Ms ?? Number.NaN,
    serviceP99Ms: replica.serviceP99Ms ?? Number.NaN,
    lagP99Ms: report.lag.p99Ms ?? undefined,
  };
}

interface GhzReport {
  readonly count: number;
  readonly statusCodeDistribution: Readonly<Record<string, number>>;
  readonly latencyDistribution: readonly { percentage: number; latency: number }[];
}

async function runGhz(ghz: string, plan: LoadPlan): Promise<LoadFigures> {
  const pace =
    plan.ratePerSecond === undefined
      ? ["--duration", `${plan.seconds}s`]
      : ["--rps", `${plan.ratePerSecond}`, "--total", `${plan.ratePerSecond * plan.seconds}`];
  const words = ["--insecure", "--call", method, "--data", data, ...pace];
  // The same connections as dfs opens: one a replica.
  const flags = ["--connections", "1", "--concurrency", `${plan.concurrency}`, "--format", "json"];
  // Calls that the end of the time cuts off would be errors otherwise.
  const end = ["--duration-stop", "wait", plan.endpoint];
  const { cpuSeconds, stdout } = await run([ghz, ...words, ...flags, ...end], plan);
  const report = JSON.parse(stdout) as GhzReport;
  const okCount = report.statusCodeDistribution["OK"] ?? 0;
  const at = (percentage: number) =>
    (report.latencyDistribution.find((entry) => entry.percentage === percentage)?.latency ??
      Number.NaN) / 1e6;
  return {
    okCount,
    notOkCount: report.count - okCount,
    cpuSeconds,
    ...{ serviceP50Ms: at(50), serviceP99Ms: at(99), lagP99Ms: undefined },
  };
}

async function run(
  words: readonly string[],
  { dir, seconds }: LoadPlan,
): Promise<{ readonly stdout: string; readonly cpuSeconds: number }> {
  const child = Bun.spawn([...words], {
    ...{ cwd: dir, env: { ...process.env, NO_COLOR: "1" } },
    stdio: ["ignore", "pipe", "pipe"],
    ...{ timeout: (seconds + 60) * 1000, killSignal: "SIGKILL" },
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  await child.exited;
  if (child.exitCode !== 0) {
    throw new Error(`${words.join(" ")}\nended with ${child.exitCode}:\n${stdout}${stderr}`);
  }
  return { stdout, cpuSeconds: Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1e6 };
}
