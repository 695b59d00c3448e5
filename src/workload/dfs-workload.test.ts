import { expect, test } from "bun:test";
import { runDfs } from "../rpc/dfs-service.ts";
import { type AskedQuestion, decideQuestion } from "./dfs-question.ts";
import { dfsWorkload } from "./dfs-workload.ts";

const guide: AskedQuestion = {
  ...{ target: { vertex: 42_000 }, source: undefined, numVertices: 50_000 },
};
const known = decideQuestion(guide, []);
const { fingerprint } = known;
const answer = (found: boolean, visitedCount: number, from = fingerprint) =>
  runDfs.responseSerialize({ found, visitedCount, runtimeMs: 1, fingerprint: from });

test("dfsWorkload() knows the right answer and takes no other for it", () => {
  const workload = dfsWorkload(known, "answer");
  expect(workload.faultOf(1, answer(true, 341))).toBeUndefined();
  expect(workload.faultOf(1, answer(true, 342))).toBe(
    "expected found=true visited=341, got found=true visited=342",
  );
  // An empty message is the answer found=false, visited=0: the original counted it as a success.
  expect(workload.faultOf(1, new Uint8Array())).toContain("got found=false visited=0");
});

test("dfsWorkload() takes the answer of another graph for wrong, but none need name its graph", () => {
  const workload = dfsWorkload(known, "answer");
  expect(workload.faultOf(1, answer(true, 341, "0123456789abcdef"))).toContain("0123456789abcdef");
  expect(workload.faultOf(1, answer(true, 341, ""))).toBeUndefined();
});

test("dfsWorkload() finds the right answer from any source", () => {
  const whole = decideQuestion({ ...guide, target: "none", source: { vertex: 9 } }, []);
  const workload = dfsWorkload(whole, "answer");
  expect(workload.faultOf(1, answer(false, 50_000))).toBeUndefined();
  const same = decideQuestion({ ...guide, target: { vertex: 9 }, source: { vertex: 9 } }, []);
  expect(dfsWorkload(same, "answer").faultOf(1, answer(true, 1))).toBeUndefined();
});

test("dfsWorkload() holds later answers to the first where the graph is not known", () => {
  const workload = dfsWorkload({ ...known, graph: undefined }, "answer");
  expect(workload.faultOf(1, answer(true, 17))).toBeUndefined();
  expect(workload.faultOf(2, answer(true, 17))).toBeUndefined();
  expect(workload.faultOf(3, answer(true, 18))).toContain("expected found=true visited=17");
});

test("dfsWorkload() calls bytes that are no answer wrong, whatever it verifies", () => {
  for (const verify of ["answer", "status"] as const) {
    const workload = dfsWorkload(known, verify);
    expect(workload.faultOf(1, new Uint8Array([0xff, 0xff]))).toContain("no RunResponse");
  }
});

test("dfsWorkload() is content with any answer when told to verify the status alone", () => {
  const workload = dfsWorkload(known, "status");
  expect(workload.faultOf(1, answer(false, 1, "0123456789abcdef"))).toBeUndefined();
});

test("dfsWorkload() asks the question as the wire has it, and may ask it twice", () => {
  const workload = dfsWorkload(known, "answer");
  expect(workload.path).toBe("/dfs.DFSService/RunDFS");
  expect(workload.isIdempotent).toBe(true);
  const asked = { target: 42_000, numVertices: 50_000 };
  expect(runDfs.requestDeserialize(Buffer.from(workload.requestBytes(1)))).toEqual(asked);
});
