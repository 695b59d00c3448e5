import { describe, expect, test } from "bun:test";
import {
  orderFingerprint,
  orderOf,
  packed,
  responsesOf,
  summaryOf,
  type WholeOrder,
} from "../../tests/support/order-messages.ts";
import { seededRandom } from "../base/random.ts";
import { type TraverseResponse, traverse } from "../rpc/dfs-service.ts";
import { OrderReference } from "./order-reference.ts";
import { TraverseConsumer, type TraverseConsumerOptions } from "./traverse-consumer.ts";

// Two trees: 0 -> 2 -> 1 -> 4, then back to 0 -> 3; and 5 -> 6, which nothing else leads to.
const neighbours = [[2, 3], [4], [1, 0], [2], [], [6, 0], [5]];
const whole = orderOf(neighbours);

function consumerOf(order: WholeOrder, options: Partial<TraverseConsumerOptions> = {}) {
  return new TraverseConsumer({
    question: { numVertices: order.vertexCount },
    vertexCount: order.vertexCount,
    ...options,
  });
}

function feed(consumer: TraverseConsumer, responses: readonly TraverseResponse[]) {
  for (const response of responses) {
    const fault = consumer.take(traverse.responseSerialize(response));
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const requestOf = (consumer: TraverseConsumer) =>
  traverse.requestDeserialize(Buffer.from(consumer.nextRequest()));

test("the order that the faults below are made from", () => {
  expect(whole.vertices).toEqual([0, 2, 1, 4, 3, 5, 6]);
  expect(whole.depths).toEqual([0, 1, 2, 3, 1, 0, 1]);
});

describe("TraverseConsumer", () => {
  test("takes a whole order in batches of any size, and tells each of them", () => {
    for (let size = 1; size <= 8; size++) {
      const told: number[] = [];
      const consumer = consumerOf(whole, {
        onBatch: ({ first, vertices }) => {
          expect(first).toBe(told.length);
          told.push(...vertices);
        },
      });
      expect(feed(consumer, responsesOf(whole, size))).toBeUndefined();
      expect(consumer.isComplete).toBe(true);
      expect(consumer.itemCount).toBe(7);
      expect(told).toEqual([...whole.vertices]);
      expect(consumer.fingerprint).toBe(orderFingerprint);
      expect(consumer.summary).toEqual(summaryOf(whole));
    }
  });

  test("asks to go on after any vertex, of the same graph, and takes the rest", () => {
    for (let cut = 0; cut <= 7; cut++) {
      const consumer = consumerOf(whole);
      expect(requestOf(consumer)).toEqual({ numVertices: 7 });
      expect(feed(consumer, responsesOf(whole, 1).slice(0, cut))).toBeUndefined();
      const expectFingerprint = cut === 0 ? {} : { expectFingerprint: orderFingerprint };
      const resumeAfter = cut === 0 ? {} : { resumeAfter: cut };
      if (cut === 7) continue;
      expect(requestOf(consumer)).toEqual({ numVertices: 7, ...resumeAfter, ...expectFingerprint });
      expect(feed(consumer, responsesOf(whole, 3, cut))).toBeUndefined();
      expect(consumer.isComplete).toBe(true);
    }
  });

  test("goes on when all vertices came and the summary alone is missing", () => {
    const consumer = consumerOf(whole);
    const [{ summary: _summary, ...all } = {} as TraverseResponse] = responsesOf(whole, 7);
    expect(feed(consumer, [all])).toBeUndefined();
    expect(consumer.isComplete).toBe(false);
    expect(requestOf(consumer)).toMatchObject({ resumeAfter: 7 });
    expect(feed(consumer, responsesOf(whole, 7, 7))).toBeUndefined();
    expect(consumer.isComplete).toBe(true);
  });

  test("takes random orders of every question, cut anywhere several times", () => {
    const random = seededRandom(20_261_124);
    const below = (bound: number) => Math.floor(random.next() * bound);
    for (let round = 0; round < 500; round++) {
      const count = 1 + below(40);
      const graph = Array.from({ length: count }, () =>
        Array.from({ length: below(4) }, () => below(count)),
      );
      const question = {
        ...(random.next() < 0.5 ? {} : { source: below(count) }),
        ...(random.next() < 0.5 ? {} : { target: below(count) }),
        ...(random.next() < 0.5 ? {} : { reachableOnly: true }),
      };
      const order = orderOf(graph, question);
      const consumer = consumerOf(order, { question: { numVertices: count, ...question } });
      while (!consumer.isComplete) {
        const rest = responsesOf(order, 1 + below(5), consumer.itemCount);
        expect(feed(consumer, rest.slice(0, 1 + below(rest.length)))).toBeUndefined();
      }
    }
  });

  test("takes the empty order of an empty graph", () => {
    const empty = orderOf([]);
    const consumer = consumerOf(empty);
    expect(feed(consumer, responsesOf(empty, 4))).toBeUndefined();
    expect(consumer.isComplete).toBe(true);
  });
});

/** A whole order with some values of its columns replaced, told with totals that agree. */
function corrupted(changes: {
  readonly vertices?: Readonly<Record<number, number>>;
  readonly parents?: Readonly<Record<number, number>>;
  readonly depths?: Readonly<Record<number, number>>;
}): readonly TraverseResponse[] {
  const changed = (column: readonly number[], to: Readonly<Record<number, number>> = {}) =>
    column.map((value, index) => to[index] ?? value);
  const order = {
    ...whole,
    vertices: changed(whole.vertices, changes.vertices),
    parents: changed(whole.parents, changes.parents),
    depths: changed(whole.depths, changes.depths),
  };
  return responsesOf(order, 3);
}

const root = 2 ** 32 - 1;

describe("TraverseConsumer refuses", () => {
  test.each([
    ["a vertex beyond the graph", { vertices: { 3: 7 } }, "vertex 7 is not in 0..6"],
    ["a vertex far beyond it", { vertices: { 3: root } }, "vertex 4294967295 is not in 0..6"],
    ["a vertex that comes twice", { vertices: { 4: 2 } }, "vertex 2 comes a second time"],
    ["another beginning", { vertices: { 0: 1 } }, "begins at vertex 1, not at 0"],
    [
      "a first vertex that is no root",
      { parents: { 0: 1 }, depths: { 0: 1 } },
      "the parent 1 of vertex 0 was not discovered before it",
    ],
    ["a root with a parent", { parents: { 5: 3 } }, "vertex 5 has depth 0 and the parent 3"],
    ["no parent below the root", { parents: { 2: root } }, "vertex 1 has no parent and depth 2"],
    ["a parent beyond the graph", { parents: { 2: 9 } }, "the parent 9 of vertex 1 was not"],
    ["a parent that comes later", { parents: { 2: 3 } }, "the parent 3 of vertex 1 was not"],
    [
      "a depth that is not its parent's and one",
      { depths: { 2: 1 } },
      "vertex 1 has depth 1, but its parent 2 has 1",
    ],
    ["a depth out of all bounds", { depths: { 2: root } }, "vertex 1 has depth 4294967295"],
    [
      "a parent that the search had left",
      { parents: { 6: 2 }, depths: { 6: 2 } },
      "had left 2, the parent of vertex 6",
    ],
    [
      "a restart past a vertex that is left",
      { vertices: { 5: 6, 6: 5 }, parents: { 6: 6 } },
      "restarts at vertex 6, not at 5",
    ],
  ])("%s", (_what, changes, text) => {
    expect(feed(consumerOf(whole), corrupted(changes))).toContain(text);
  });

  const [first, second, third] = responsesOf(whole, 3) as [
    TraverseResponse,
    TraverseResponse,
    TraverseResponse,
  ];

  test.each<[string, readonly TraverseResponse[], string]>([
    [
      "a batch that is left out",
      [first, third],
      "begins after 6 vertices of the order, expected 3",
    ],
    ["a batch told again", [first, second, second], "begins after 3 vertices"],
    ["a batch of the beginning later", [first, { ...first, first: 3 }], "comes a second time"],
    [
      "columns of different lengths",
      [{ ...first, depths: first.depths.subarray(0, 8) }],
      "have 12, 12 and 8 bytes",
    ],
    [
      "columns that are no numbers of four bytes",
      [
        {
          ...first,
          vertices: first.vertices.subarray(0, 7),
          parents: first.parents.subarray(0, 7),
          depths: first.depths.subarray(0, 7),
        },
      ],
      "have 7, 7 and 7 bytes",
    ],
    ["a first message without a fingerprint", [second], "carries no fingerprint"],
    ["no fingerprint at all", [{ ...first, fingerprint: "" }], "carries no fingerprint"],
    [
      "a malformed fingerprint",
      [{ ...first, fingerprint: "x" }],
      '"x" is not 16 hexadecimal digits',
    ],
    [
      "another graph on the way",
      [first, { ...second, fingerprint: "f".repeat(16) }],
      `fingerprint is ffffffffffffffff, expected ${orderFingerprint}`,
    ],
    [
      "an empty batch on the way",
      [first, { ...responsesOf(whole, 3, 3)[0], ...empty(3) }],
      "empty",
    ],
    ["what follows the summary", [first, second, third, third], "a message after the summary"],
    ["names nobody asked for", [{ ...first, names: ["a"] }], "3 vertices with 1 names"],
  ])("%s", (_what, responses, text) => {
    expect(feed(consumerOf(whole), responses)).toContain(text);
  });

  test("a batch larger than asked for, and one without the names asked for", () => {
    expect(feed(consumerOf(whole, { batchMax: 2 }), [first])).toContain("at most 2 were asked for");
    const named = consumerOf(whole, { withNames: true });
    expect(feed(named, [first])).toContain("3 vertices with 0 names");
    expect(
      feed(consumerOf(whole, { withNames: true }), [{ ...first, names: ["a", "b", "c"] }]),
    ).toBe(undefined);
  });

  const summary = summaryOf(whole);

  test.each<[string, Partial<typeof summary>, string]>([
    ["another count", { visitedCount: 8 }, "visitedCount=8, but what came makes 7"],
    ["another number of trees", { rootCount: 3 }, "rootCount=3, but what came makes 2"],
    ["another depth", { depthMax: 2 }, "depthMax=2, but what came makes 3"],
    ["a checksum of other vertices", { verticesCrc32: 1 }, "verticesCrc32=00000001, but what came"],
    ["a checksum of other parents", { parentsCrc32: 1 }, "parentsCrc32=00000001"],
    ["a checksum of other depths", { depthsCrc32: 1 }, "depthsCrc32=00000001"],
    ["a target nobody asked for", { found: true }, "nothing was sought"],
  ])("a summary with %s", (_what, change, text) => {
    const last = { ...third, summary: { ...summary, ...change } };
    const consumer = consumerOf(whole);
    expect(feed(consumer, [first, second, last])).toContain(text);
    expect(consumer.isComplete).toBe(false);
  });

  test("an order that ends before every vertex came", () => {
    const short = { ...whole, vertices: whole.vertices.slice(0, 5) };
    const cut = { ...short, parents: whole.parents.slice(0, 5), depths: whole.depths.slice(0, 5) };
    expect(feed(consumerOf(whole), responsesOf(cut, 9))).toContain("after 5 of 7 vertices");
  });

  test("an order that goes on after the target, or says it found what did not come", () => {
    const question = { numVertices: 7, target: 1 };
    const found = orderOf(neighbours, question);
    expect(feed(consumerOf(whole, { question }), responsesOf(found, 2))).toBeUndefined();
    const claims = (order: WholeOrder, isFound: boolean) => ({ ...order, found: isFound });
    for (const size of [1, 9]) {
      const on = responsesOf(claims(whole, true), size);
      expect(feed(consumerOf(whole, { question }), on)).toContain("a vertex after the target 1");
    }
    const denied = responsesOf(claims(found, false), 9);
    expect(feed(consumerOf(whole, { question }), denied)).toContain("says found=false, but");
    const other = { numVertices: 7, target: 4 };
    const early = responsesOf(claims(found, true), 9);
    expect(feed(consumerOf(whole, { question: other }), early)).toContain("says found=true, but");
  });

  test("a restart that was not asked for", () => {
    const question = { numVertices: 7, reachableOnly: true };
    const consumer = consumerOf(whole, { question });
    expect(feed(consumer, responsesOf(whole, 9))).toContain("vertex 5 begins another tree");
  });

  test("bytes that are no response, and everything after a fault", () => {
    const consumer = consumerOf(whole);
    const fault = consumer.take(new Uint8Array([0xff, 0xff, 0xff]));
    expect(fault).toContain("no TraverseResponse");
    expect(feed(consumer, responsesOf(whole, 3))).toBe(fault);
  });

  test("any one value changed on the way, whatever it is changed to", () => {
    const random = seededRandom(7);
    for (const column of ["vertices", "parents", "depths"] as const) {
      for (let index = 0; index < 7; index++) {
        for (let round = 0; round < 20; round++) {
          const values = [...whole[column]];
          const was = values[index];
          values[index] = round < 10 ? round : Math.floor(random.next() * 2 ** 32);
          if (values[index] === was) continue;
          const [only] = responsesOf(whole, 9) as [TraverseResponse];
          // The totals are the right ones: the checksum at the latest tells.
          expect(feed(consumerOf(whole), [{ ...only, [column]: packed(values) }])).toBeDefined();
        }
      }
    }
  });
});

describe("OrderReference", () => {
  test("holds every stream to the first that came, and all to the right order", () => {
    const reference = new OrderReference();
    expect(feed(consumerOf(whole, { reference }), responsesOf(whole, 3))).toBeUndefined();
    expect(feed(consumerOf(whole, { reference }), responsesOf(whole, 4))).toBeUndefined();
    const other = orderOf([[3, 2], [4], [1, 0], [2], [], [6, 0], [5]]);
    const fault = feed(consumerOf(whole, { reference }), responsesOf(other, 3));
    expect(fault).toContain("an order with depthMax=4, but another stream brought 3");
    const right = { fingerprint: orderFingerprint, totals: summaryOf(other) };
    const strict = consumerOf(whole, { reference: new OrderReference(right) });
    expect(feed(strict, responsesOf(whole, 3))).toContain("but right is 4");
  });

  test("refuses another graph than the one that is known", () => {
    const reference = new OrderReference(undefined, "a".repeat(16));
    const consumer = consumerOf(whole, { reference });
    expect(requestOf(consumer)).toMatchObject({ expectFingerprint: "a".repeat(16) });
    expect(feed(consumer, responsesOf(whole, 3))).toContain("expected aaaaaaaaaaaaaaaa");
  });
});

function empty(first: number): TraverseResponse {
  const none = new Uint8Array();
  return { first, vertices: none, parents: none, depths: none, fingerprint: "" };
}
