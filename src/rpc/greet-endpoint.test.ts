import { expect, test } from "bun:test";
import { type Behaviour, ScriptedChannel } from "../../tests/support/scripted-channel.ts";
import { VirtualClock } from "../../tests/support/virtual-clock.ts";
import type { UnaryResult } from "./channel.ts";
import { type EndpointDescription, greetEndpoint } from "./describe-endpoint.ts";
import { healthCheck } from "./health-service.ts";

/** What is said of a server that behaves so, and the methods it was asked. */
async function greeted(behaviour: Behaviour) {
  const clock = new VirtualClock();
  const channel = new ScriptedChannel({ host: "localhost", port: 1 }, clock, behaviour);
  channel.connect();
  let description: EndpointDescription | undefined;
  void greetEndpoint(channel, { timeoutMs: 900, clock }).then((said) => {
    description = said;
  });
  for (let step = 0; step < 20; step++) await clock.advanceMs(100);
  return { description, paths: new Set(channel.calls.map(({ path }) => path)) };
}

const answers = (result: Partial<UnaryResult>): Behaviour => {
  return { kind: "answers", afterMs: 5, result: { isFromPeer: true, ...result } };
};

test("a server of another service is asked for its health and for nothing else", async () => {
  const response = healthCheck.responseSerialize({ status: "SERVING" });
  const { description, paths } = await greeted(answers({ response }));
  expect(description).toMatchObject({ isServing: true, detail: "SERVING", replica: undefined });
  expect(description?.roundTripUs).toBeGreaterThan(0);
  expect([...paths]).toEqual([healthCheck.path]);
});

test("one without a health service serves, one that says otherwise or nothing does not", async () => {
  const without = await greeted(answers({ status: "UNIMPLEMENTED", detail: "unknown" }));
  expect(without.description).toMatchObject({ isServing: true });
  const response = healthCheck.responseSerialize({ status: "NOT_SERVING" });
  const { description } = await greeted(answers({ response }));
  expect(description).toMatchObject({ isServing: false, detail: "NOT_SERVING" });
  const silent = await greeted({ kind: "silent" });
  expect(silent.description).toMatchObject({ isServing: false, roundTripUs: undefined });
  const refusing = await greeted({ kind: "refuses" });
  expect(refusing.description).toMatchObject({ isServing: false, detail: "refused" });
});
