import { formatDuration } from "../base/duration.ts";
import { limits } from "../base/limits.ts";
import { nearest } from "../base/nearest.ts";
import { crashSignals, parseCrashSignal } from "../fault/crash-signals.ts";
import { type FaultName, faultKinds } from "../fault/fault-kinds.ts";
import { limpObjection } from "../fault/limp-parts.ts";
import {
  type FaultCourse,
  type FaultStart,
  type FaultWish,
  faultDefaults,
} from "./planned-fault.ts";
import { duration, type Given, percentage, type Rule, readBy, someText, usage } from "./rule.ts";

const kindNames = Object.keys(faultKinds) as readonly FaultName[];
const kindAliases: Readonly<Record<string, FaultName>> = { kill: "crash", pause: "stall" };

/** A kind of fault; `kill` and `pause` are crash and stall. */
export const kindRule: Rule<FaultName> = {
  form: `one of ${kindNames.join(", ")} (kill is crash, pause is stall)`,
  read: (text) => kindNames.find((name) => name === text) ?? kindAliases[text],
  words: [...kindNames, ...Object.keys(kindAliases)],
};

const anySpan = duration({ min: 0, max: limits.durationMaxMs });
const someSpan = duration({ min: 1, max: limits.durationMaxMs });

const startRule: Rule<FaultStart> = {
  form:
    "a duration since the load's first request, such as 5s, or back+PAUSE, such as back+3s, " +
    "since the replica of the fault before it serves again",
  read(text) {
    const isBack = text.startsWith("back+");
    const afterMs = anySpan.read(isBack ? text.slice("back+".length) : text);
    if (afterMs === undefined) return undefined;
    return { from: isBack ? "back" : "begin", afterMs };
  },
};

const signalRule: Rule<(typeof crashSignals)[number]> = {
  form: `one of ${crashSignals.join(", ")}`,
  read: parseCrashSignal,
  words: crashSignals,
};
const limpSpan = duration({ min: limits.limpPeriodMinMs, max: limits.durationMaxMs });
const periodRule = duration({ min: limits.limpPeriodMinMs, max: limits.limpPeriodMaxMs });
const dutyRule = percentage({ min: 1, max: 99 });

/** What a fault can be told besides its kind, its target and its start. */
export const optionNames = ["for", "signal", "duty", "period", "within", "expect"] as const;
export type OptionName = (typeof optionNames)[number];

/** Which of them each kind knows; all know `expect`. */
export const optionsOfKind: Readonly<Record<FaultName, readonly OptionName[]>> = {
  crash: ["signal", "expect"],
  drain: ["within", "expect"],
  restart: ["for", "within", "expect"],
  stall: ["for", "expect"],
  limp: ["for", "duty", "period", "expect"],
};

/** A fault as it was written, part by part. */
export interface GivenFault {
  readonly kind: Given;
  readonly start: Given;
  readonly options: ReadonlyMap<OptionName, Given>;
  /** How an error calls the whole. */
  readonly name: string;
  /** How it calls the option `for`, and how that would have been written. */
  readonly spanWords: { readonly name: string; readonly form: string };
}

/** The fault that is meant, apart from its target; throws a usage error where a rule is broken. */
export function readFault(given: GivenFault): Omit<FaultWish, "port" | "host"> & FaultCourse {
  const kind = readBy(kindRule, given.kind);
  const start = readBy(startRule, given.start);
  for (const [name, { name: label }] of given.options) {
    if (!optionsOfKind[kind].includes(name)) throw stray(kind, name, label, given);
  }
  const expect = given.options.get("expect");
  const common = { start, expect: expect === undefined ? undefined : readBy(someText, expect) };
  return { ...common, ...courseOf(kind, given) };
}

function stray(kind: FaultName, name: OptionName, label: string, given: GivenFault) {
  if (name === "for") {
    const why = kind === "crash" ? "a crash has no end" : "its end is up to its target: use within";
    return usage(`${label}: a ${kind} has no ${given.spanWords.name}, as ${why}`);
  }
  const known = optionsOfKind[kind].filter((option) => option !== "for");
  return usage(`${label}: a ${kind} has no option ${name}; it has ${known.join(", ")}`);
}

function courseOf(kind: FaultName, given: GivenFault): FaultCourse {
  const read = <T>(name: OptionName, rule: Rule<T>, otherwise: T): T => {
    const option = given.options.get(name);
    return option === undefined ? otherwise : readBy(rule, option);
  };
  const span = (rule: Rule<number>): number => {
    const option = given.options.get("for");
    if (option !== undefined) return readBy(rule, option);
    const { name, form } = given.spanWords;
    throw usage(`${given.name}: a ${kind} needs a ${name}, ${form}`);
  };
  const { signal, dutyShare, periodMs, withinMs } = faultDefaults;
  switch (kind) {
    case "crash":
      return { kind, signal: read("signal", signalRule, signal) };
    case "stall":
      return { kind, durationMs: span(someSpan) };
    case "limp": {
      const durationMs = span(limpSpan);
      const duty = read("duty", dutyRule, dutyShare);
      const period = read("period", periodRule, periodMs);
      checkLimp(given, { duty, period, durationMs });
      return { kind, durationMs, dutyShare: duty, periodMs: period };
    }
    case "drain":
      return { kind, withinMs: read("within", someSpan, withinMs) };
    case "restart": {
      const downtimeMs = read("for", anySpan, 0);
      return { kind, downtimeMs, withinMs: read("within", someSpan, withinMs) };
    }
  }
}

function checkLimp(
  given: GivenFault,
  limp: { readonly duty: number; readonly period: number; readonly durationMs: number },
): void {
  const { duty, period, durationMs } = limp;
  if (durationMs < period) {
    const option = given.options.get("for");
    throw usage(
      `${option?.name ?? given.name} must be at least one period (${formatDuration(period)}): ` +
        `current value is "${option?.text ?? ""}"`,
    );
  }
  const objection = limpObjection(duty, period);
  if (objection === undefined) return;
  const percent = `${Math.round(duty * 1000) / 10}%`;
  throw usage(`${given.name}: a duty of ${percent} of ${formatDuration(period)} ${objection}`);
}

/** The option that `word` was meant to be, for a hint. */
export function nearestOption(word: string, kind: string): string | undefined {
  const known = kindRule.read(kind);
  const names = known === undefined ? optionNames : optionsOfKind[known];
  return nearest(
    word,
    names.filter((name) => name !== "for"),
  );
}
