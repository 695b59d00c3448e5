import { describe, expect, test } from "bun:test";
import { csrGraphFromNeighbours } from "../graph/csr-graph.ts";
import type { Graph } from "../graph/graph.ts";
import type { DescribeGraphResponse } from "../rpc/dfs-service.ts";
import {
  type AskedQuestion,
  decideQuestion,
  type GraphAnswer,
  graphDifference,
} from "./dfs-question.ts";
import { regenerate } from "./regenerate.ts";

const byDefault: AskedQuestion = { target: "default", source: undefined, numVertices: undefined };

function factsOf(spec: string): DescribeGraphResponse {
  const graph = regenerate(spec);
  if (graph === undefined) throw new Error(`${spec} can be made`);
  const { vertexCount: vertices, edgeCount: edges, fingerprint } = graph;
  return { vertices, edges, source: spec, fingerprint, hasNames: false };
}

function serves(endpoint: string, graph: DescribeGraphResponse): GraphAnswer {
  return { endpoint, reply: { kind: "described", graph } };
}

const unknown: GraphAnswer = { endpoint: "old:1", reply: { kind: "unknown" } };
const silent: GraphAnswer = { endpoint: "down:1", reply: { kind: "silent" } };
const modular = factsOf("modular:50000");
const grid = factsOf("grid:10x10");
const roads: DescribeGraphResponse = {
  ...{ vertices: 200, edges: 300, source: "roads.gr.gz" },
  ...{ fingerprint: "0123456789abcdef", hasNames: true },
};
/** As a file gives it: three vertices with names. */
const named: Graph = {
  ...csrGraphFromNeighbours([[1], [2], []], "abc.csv"),
  names: {
    nameOf: (vertex) => "abc"[vertex] ?? "",
    vertexOf: (name) => ({ a: 0, b: 1, c: 2 })[name],
  },
  fingerprint: "fedcba9876543210",
  storage: { kind: "shared" },
};

describe("decideQuestion()", () => {
  test("asks the guide's question of the guide's graph, and knows its right answer", () => {
    for (const answers of [[serves("a:1", modular), silent], [unknown], [silent], []]) {
      const question = decideQuestion(byDefault, answers);
      expect(question.search).toEqual({ target: 42_000, numVertices: 50_000 });
      expect(question).toMatchObject({
        fingerprint: modular.fingerprint,
        edgeCount: modular.edges,
      });
      expect(question.graph?.spec).toBe("modular:50000");
    }
  });

  test("takes the graph that the replicas serve, and a target that it has", () => {
    const { search, spec } = decideQuestion(byDefault, [silent, serves("a:1", grid)]);
    expect(search).toEqual({ target: 84, numVertices: 100 });
    expect(spec).toBe("grid:10x10");
    const asked = { ...byDefault, target: { vertex: 99 }, source: { vertex: 7 } };
    expect(decideQuestion(asked, [serves("a:1", grid)]).search).toEqual({
      ...{ target: 99, source: 7, numVertices: 100 },
    });
  });

  test("leaves a graph that cannot be made here to the agreement of its replicas", () => {
    const question = decideQuestion(byDefault, [serves("a:1", roads), serves("b:1", roads)]);
    expect(question).toMatchObject({ fingerprint: roads.fingerprint, vertexCount: 200 });
    expect(question.graph).toBeUndefined();
    const large = { ...modular, source: "rmat:25", vertices: 2 ** 25 };
    expect(decideQuestion(byDefault, [serves("a:1", large)]).graph).toBeUndefined();
  });

  test("holds the replicas to the graph that the user names", () => {
    const { vertexCount: vertices, edgeCount: edges, spec: source, fingerprint } = named;
    const same = serves("a:1", { vertices, edges, source, fingerprint, hasNames: true });
    const asked = { ...byDefault, target: { name: "c" } };
    expect(decideQuestion(asked, [same, silent], named)).toMatchObject({
      search: { targetName: "c", numVertices: 3 },
      graph: named,
    });
    expect(() => decideQuestion(byDefault, [serves("a:1", roads)], named)).toThrow(
      /a:1 serves roads.gr.gz .*0123456789abcdef.*--graph is abc.csv .*fedcba9876543210/,
    );
  });

  test("refuses replicas that differ, naming who serves what", () => {
    const answers = [serves("a:1", modular), serves("b:2", grid)];
    expect(() => decideQuestion(byDefault, answers)).toThrow(
      new RegExp(`a:1 modular:50000 .*; b:2 grid:10x10 .*${grid.fingerprint}`),
    );
    expect(graphDifference([...answers.slice(0, 1), unknown, silent])).toBeUndefined();
  });

  test("refuses a replica whose graph is not what its own spec makes", () => {
    const lying = { ...modular, fingerprint: "0".repeat(16) };
    expect(() => decideQuestion(byDefault, [serves("a:1", lying)])).toThrow("the same spec makes");
  });

  test("passes on a replica's refusal", () => {
    const reply = {
      kind: "refused",
      status: "FAILED_PRECONDITION",
      detail: "must be 100",
    } as const;
    const asked = { ...byDefault, numVertices: 5 };
    expect(() => decideQuestion(asked, [{ endpoint: "a:1", reply }])).toThrow(
      "a:1 refuses the question: FAILED_PRECONDITION: must be 100",
    );
  });

  const wrong: readonly (readonly [Partial<AskedQuestion>, string])[] = [
    [
      { target: { vertex: 100 } },
      '--target must be a vertex of grid:10x10, in 0..99: current value is "100"',
    ],
    [{ source: { vertex: 200 } }, "--source must be a vertex of grid:10x10, in 0..99"],
    [{ target: { name: "x" } }, "--target-name must be left out, as grid:10x10 has no names"],
    [{ numVertices: 7 }, "--num-vertices must be 100 for grid:10x10"],
  ];
  test.each(wrong)("names the range: %j", (asked, message) => {
    expect(() => decideQuestion({ ...byDefault, ...asked }, [serves("a:1", grid)])).toThrow(
      message,
    );
  });

  test("names the place in a file that asked, when one did", () => {
    const calls = {
      ...{ target: "drill.yaml:7:11: target", source: "drill.yaml:8:11: source" },
      numVertices: "drill.yaml:9:17: num-vertices",
    };
    const messageFor = (asked: Partial<AskedQuestion>) => () =>
      decideQuestion({ ...byDefault, calls, ...asked }, [serves("a:1", grid)]);
    expect(messageFor({ target: { vertex: 100 } })).toThrow(
      'drill.yaml:7:11: target must be a vertex of grid:10x10, in 0..99: current value is "100"',
    );
    expect(messageFor({ source: { vertex: 100 } })).toThrow("drill.yaml:8:11: source must be");
    const reply = { kind: "refused", status: "FAILED_PRECONDITION", detail: "no" } as const;
    const refused = [{ endpoint: "a:1", reply }];
    expect(() => decideQuestion({ ...byDefault, calls, numVertices: 7 }, refused)).toThrow(
      "FAILED_PRECONDITION: no; see drill.yaml:9:17: num-vertices",
    );
    expect(messageFor({ numVertices: 7 })).toThrow("drill.yaml:9:17: num-vertices must be 100");
  });

  test("knows which names a graph does not have, when it is at hand", () => {
    const asked = { ...byDefault, source: { name: "d" } };
    expect(() => decideQuestion(asked, [], named)).toThrow(
      "--source-name must be a name in abc.csv",
    );
  });
});
