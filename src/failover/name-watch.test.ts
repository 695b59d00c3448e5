import { expect, test } from "bun:test";
import { VirtualClock } from "../../tests/support/virtual-clock.ts";
import { type Endpoint, formatEndpoint, parseEndpoint } from "../base/endpoint.ts";
import { parseTarget } from "../base/target.ts";
import { NameWatch } from "./name-watch.ts";
import type { ReplicaState } from "./replica-state.ts";
import { resolveTargets } from "./resolve-targets.ts";

/** A name with addresses 10.0.0.N, 0 for 127.0.0.1; notes what the replica set is told. */
async function watched(...texts: readonly string[]) {
  const clock = new VirtualClock();
  let answer: readonly number[] | Error = [1, 2];
  let askedCount = 0;
  const resolve = async () => {
    askedCount++;
    if (answer instanceof Error) throw answer;
    return answer.map((last) => (last === 0 ? "127.0.0.1" : `10.0.0.${last}`));
  };
  const told: string[] = [];
  const note = (what: string) => (endpoint: Endpoint, cause: string) => {
    told.push(`${what} ${formatEndpoint(endpoint)}: ${cause}`);
  };
  const targets = await resolveTargets(["dns:///search:5", ...texts].map(parseTarget), {
    ...{ resolve, clock },
  });
  const watch = new NameWatch({
    ...{ targets, resolve, clock },
    replicas: { add: note("add"), remove: note("remove") },
    onNotice: (text) => told.push(text),
  });
  const state = (last: number, to: ReplicaState) => {
    const endpoint = parseEndpoint(`10.0.0.${last}:5`);
    watch.changed({ tUs: clock.nowUs(), endpoint, state: to, cause: "" });
  };
  for (const last of [1, 2]) state(last, "healthy");
  return {
    ...{ clock, watch, state, told },
    answers: (next: readonly number[] | Error) => {
      answer = next;
    },
    /** Since the last call. */
    asked: () => {
      const count = askedCount;
      askedCount = 0;
      return count;
    },
  };
}

test("asks nothing while all is well, nor when a replica that was typed itself fails", async () => {
  const { clock, watch, asked } = await watched("b:1");
  asked();
  watch.changed({ tUs: 0, endpoint: parseEndpoint("b:1"), state: "down", cause: "" });
  await clock.advanceMs(3_600_000);
  expect([asked(), clock.timerCount]).toEqual([0, 0]);
});

test("an address that localhost stands for is no newcomer beside it, and serves as it does", async () => {
  const { clock, watch, state, told, answers, asked } = await watched("localhost:5");
  answers([0, 2]);
  state(1, "down");
  await clock.advanceMs(4000);
  expect(told).toEqual(["remove 10.0.0.1:5: no longer an address of dns:///search:5"]);
  watch.changed({ tUs: 0, endpoint: parseEndpoint("localhost:5"), state: "healthy", cause: "" });
  await clock.advanceMs(2000);
  asked();
  await clock.advanceMs(60_000);
  expect(asked()).toBe(0);
});

test("asks again when an address fails, at most every 2 s, until as many serve as before", async () => {
  const { clock, state, asked, told, answers } = await watched();
  asked();
  answers([2]);
  state(1, "down");
  await clock.advanceMs(1999);
  expect(asked()).toBe(0);
  await clock.advanceMs(1);
  expect(asked()).toBe(1);
  expect(told).toEqual(["remove 10.0.0.1:5: no longer an address of dns:///search:5"]);
  await clock.advanceMs(10_000);
  expect(asked()).toBe(5);
  answers([2, 3]);
  await clock.advanceMs(2000);
  expect(told.slice(1)).toEqual(["add 10.0.0.3:5: resolved from dns:///search:5"]);
  state(3, "healthy");
  await clock.advanceMs(2000);
  asked();
  await clock.advanceMs(60_000);
  expect([asked(), clock.timerCount]).toEqual([0, 0]);
});

test("a failure long after the last question is looked at once", async () => {
  const { clock, state, asked } = await watched();
  await clock.advanceMs(60_000);
  asked();
  state(2, "down");
  await clock.advanceMs(0);
  expect(asked()).toBe(1);
});

test("says once that a name is not resolved any more, and keeps its addresses", async () => {
  const { clock, state, asked, told, answers } = await watched();
  answers(new Error("getaddrinfo ENOTFOUND search"));
  state(1, "down");
  await clock.advanceMs(20_000);
  expect(asked()).toBeGreaterThan(5);
  const text =
    "Cannot resolve dns:///search:5 again: getaddrinfo ENOTFOUND search; " +
    "staying with 10.0.0.1:5, 10.0.0.2:5";
  expect(told).toEqual([text]);
  answers([]);
  await clock.advanceMs(10_000);
  expect(told).toEqual([text]);
  answers([1, 2]);
  await clock.advanceMs(2000);
  answers(new Error("getaddrinfo ENOTFOUND search"));
  await clock.advanceMs(4000);
  expect(told).toEqual([text, text]);
});

test("keeps what was typed itself, or what another name still has", async () => {
  const { clock, state, told, answers } = await watched("10.0.0.1:5", "dns:///other:5");
  answers([2]);
  state(1, "down");
  state(2, "down");
  await clock.advanceMs(10_000);
  expect(told).toEqual([]);
});

test("asks no more once it is closed, not even what was on its way", async () => {
  const { clock, watch, state, told, answers, asked } = await watched();
  answers([3]);
  state(1, "down");
  watch.close();
  asked();
  await clock.advanceMs(60_000);
  state(2, "down");
  await clock.advanceMs(60_000);
  expect([asked(), told, clock.timerCount]).toEqual([0, [], 0]);
});
