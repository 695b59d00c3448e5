import { type Rule, readBy } from "../rule.ts";
import type { ScenarioSource, Section } from "./scenario-source.ts";

export type Rules = Readonly<Record<string, Rule<unknown>>>;

export type ValuesOf<R extends Rules> = {
  readonly [K in keyof R]?: R[K] extends Rule<infer T> ? T : never;
};

/** What the keys of a section say, each by its rule; a key that is not there has no value. */
export function readValues<R extends Rules>(
  source: ScenarioSource,
  { entries }: Section,
  rules: R,
): ValuesOf<R> {
  const values = Object.entries(rules).flatMap(([key, rule]) => {
    const entry = entries.get(key);
    return entry === undefined ? [] : [[key, readBy(rule, source.scalar(entry))] as const];
  });
  return Object.fromEntries(values) as ValuesOf<R>;
}
