import { expect, test } from "bun:test";
import { VirtualClock } from "../../tests/support/virtual-clock.ts";
import { formatEndpoint } from "../base/endpoint.ts";
import { parseTarget } from "../base/target.ts";
import type { ResolveName } from "../rpc/resolve-name.ts";
import { resolveTargets } from "./resolve-targets.ts";

function resolving(texts: readonly string[], resolve: ResolveName, clock = new VirtualClock()) {
  return resolveTargets(texts.map(parseTarget), { resolve, clock });
}

const search: ResolveName = async () => ["10.0.0.4", "fd00::3", "10.0.0.3", "10.0.0.4"];

test("all addresses of a name are replicas, each once and in order, beside those typed", async () => {
  const { endpoints, names } = await resolving(["b:1", "dns:///search:50051"], search);
  expect(endpoints.map(formatEndpoint)).toEqual([
    ...["b:1", "10.0.0.3:50051", "10.0.0.4:50051", "[fd00::3]:50051"],
  ]);
  expect(endpoints[1]).toMatchObject({ serverName: "search" });
  expect(names.map(({ target }) => target)).toEqual([{ name: "search", port: 50051 }]);
});

test("an address that is typed too, or that two names share, is one replica", async () => {
  const texts = ["dns:///search:50051", "10.0.0.3:50051", "dns:///other:50051"];
  const { endpoints } = await resolving(texts, search);
  expect(endpoints.map(formatEndpoint)).toEqual([
    ...["10.0.0.3:50051", "10.0.0.4:50051", "[fd00::3]:50051"],
  ]);
  expect(endpoints[0]).toEqual({ host: "10.0.0.3", port: 50051 });
});

test("what localhost stands for is one replica with it", async () => {
  const loopback: ResolveName = async () => ["127.0.0.1", "::1", "10.0.0.3"];
  const { endpoints } = await resolving(["dns:///search:5", "localhost:5"], loopback);
  expect(endpoints.map(formatEndpoint)).toEqual(["10.0.0.3:5", "localhost:5"]);
});

test.each<[string, ResolveName, string]>([
  [
    "localhos",
    () => Promise.reject(new Error("getaddrinfo ENOTFOUND localhos")),
    'Cannot resolve dns:///localhos:5: getaddrinfo ENOTFOUND localhos; did you mean "localhost"?',
  ],
  ["search", async () => [], "Cannot resolve dns:///search:5: the name has no address"],
  [
    "search",
    async () => Array.from({ length: 300 }, (_, index) => `10.0.${index >> 8}.${index & 255}`),
    "Cannot resolve dns:///search:5: the name has 300 addresses, more than 256",
  ],
])("a name without addresses that can be used ends it: %s", async (name, resolve, message) => {
  const refusal = await resolving([`dns:///${name}:5`], resolve).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: "cannot-run", message });
});

test("a resolver that says nothing is waited for so long and no longer", async () => {
  const clock = new VirtualClock();
  const silent: ResolveName = () => new Promise(() => undefined);
  const refusal = resolving(["dns:///search:5"], silent, clock).catch((error: unknown) => error);
  await clock.advanceMs(5000);
  expect(await refusal).toMatchObject({
    message: "Cannot resolve dns:///search:5: the resolver has not answered within 5s",
  });
  expect(clock.timerCount).toBe(0);
});
