import { expect, test } from "bun:test";
import { type Behaviour, ScriptedChannel } from "../../tests/support/scripted-channel.ts";
import { VirtualClock } from "../../tests/support/virtual-clock.ts";
import { type Endpoint, formatEndpoint, tcpOf } from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import { type Admit, ReplicaSet } from "./replica-set.ts";

const answers: Behaviour = { kind: "answers", afterMs: 1 };
const attempt = { onSuspect: () => undefined, onAdrift: () => undefined };
const at = (port: number): Endpoint => ({ host: "replica", port });

/** A set of replicas on ports 1 and 2, both healthy; `told` are its changes. */
async function world(admit?: Admit) {
  const clock = new VirtualClock();
  const channels = new Map<number, ScriptedChannel>();
  const told: string[] = [];
  const replicas = new ReplicaSet({
    endpoints: [at(1), at(2)],
    openChannel(endpoint) {
      const channel = new ScriptedChannel(endpoint, clock, answers);
      channels.set(tcpOf(endpoint).port, channel);
      return channel;
    },
    clock,
    onChange: ({ endpoint, state, cause }) => {
      told.push(`${formatEndpoint(endpoint)} ${state} (${cause})`);
    },
    ...(admit && { admit }),
  });
  await clock.advanceMs(2);
  told.length = 0;
  const channel = (port: number) =>
    channels.get(port) ?? new ScriptedChannel(at(0), clock, answers);
  const views = () =>
    replicas.views("request").map(({ index, state, isLeaving }) => {
      return `${index} ${state}${isLeaving ? " leaving" : ""}`;
    });
  return { clock, replicas, channel, told, views };
}

test("one that comes is probed, and serves once it has answered", async () => {
  const { clock, replicas, told, views } = await world();
  replicas.add(at(3), "resolved from dns:///search:5");
  expect(views()).toEqual(["0 healthy", "1 healthy"]);
  await clock.advanceMs(2);
  expect(views()).toEqual(["0 healthy", "1 healthy", "2 healthy"]);
  expect(told).toEqual([
    ...["replica:3 probing (resolved from dns:///search:5)", "replica:3 healthy (probe)"],
  ]);
  replicas.add(at(3), "again");
  expect(told).toHaveLength(2);
});

test("one that comes serves only once it is admitted, and is asked again until then", async () => {
  let mayServe = false;
  let askedCount = 0;
  const { clock, replicas, views } = await world((_, decide) => {
    askedCount++;
    decide(mayServe);
  });
  replicas.add(at(3), "resolved");
  await clock.advanceMs(limits.admitAgainMs);
  expect([askedCount, views().length]).toEqual([1, 2]);
  mayServe = true;
  await clock.advanceMs(10);
  expect([askedCount, views().length]).toEqual([2, 3]);
});

test("one that is refused and goes again leaves nothing behind", async () => {
  const { clock, replicas, channel, views } = await world((_, decide) => decide(false));
  replicas.add(at(3), "resolved");
  await clock.advanceMs(2);
  replicas.remove(at(3), "no longer resolved");
  expect(channel(3).isClosed).toBe(true);
  expect(views()).toEqual(["0 healthy", "1 healthy"]);
  expect(clock.timerCount).toBe(0);
});

test("one that is to go stays for what is open on it, and is forgotten idle and down", async () => {
  const { replicas, channel, told, views } = await world();
  const leave = replicas.enter(0, attempt, "stream");
  replicas.remove(at(1), "no longer resolved");
  expect(told).toEqual(["replica:1 healthy (no longer resolved)"]);
  expect(views()).toEqual(["0 healthy leaving", "1 healthy"]);
  channel(1).become({ kind: "refuses" });
  expect(views()).toEqual(["0 down leaving", "1 healthy"]);
  leave();
  expect(views()).toEqual(["1 healthy"]);
  expect(channel(1).isClosed).toBe(true);
  // Whoever still holds its index is told what is true of it.
  expect(replicas.state(0)).toBe("down");
  replicas.observe(0, "answered", "late");
  expect(replicas.state(0)).toBe("down");
});

test("one that comes back before it is forgotten goes on; after that it is new at its index", async () => {
  const { clock, replicas, channel, views } = await world();
  const first = channel(1);
  replicas.remove(at(1), "no longer resolved");
  replicas.add(at(1), "resolved");
  expect([channel(1) === first, views()]).toEqual([true, ["0 healthy", "1 healthy"]]);
  replicas.remove(at(1), "no longer resolved");
  first.become({ kind: "refuses" });
  replicas.add(at(1), "resolved");
  await clock.advanceMs(2);
  expect([channel(1) === first, first.isClosed]).toEqual([false, true]);
  expect(views().sort()).toEqual(["0 healthy", "1 healthy"]);
});

test("indexes stay those of their endpoints, whoever comes and goes", async () => {
  const { clock, replicas, channel } = await world();
  for (let port = 3; port < 300; port++) {
    replicas.add(at(port), "resolved");
    await clock.advanceMs(2);
    replicas.remove(at(port), "no longer resolved");
    channel(port).become({ kind: "refuses" });
  }
  replicas.add(at(7), "resolved");
  await clock.advanceMs(2);
  expect(replicas.views("request").map(({ index }) => index)).toEqual([0, 1, 6]);
  expect(replicas.channelTo(at(7)).endpoint).toEqual(at(7));
});
