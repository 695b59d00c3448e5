import { expect, test } from "bun:test";
import { runDfs } from "../rpc/dfs-service.ts";
import { dfsWorkload } from "./dfs-workload.ts";

const known = { target: 42_000, numVertices: 50_000 };
const answer = (found: boolean, visitedCount: number) =>
  runDfs.responseSerialize({ found, visitedCount, runtimeMs: 1 });

test("dfsWorkload() knows the right answer and takes no other for it", () => {
  const workload = dfsWorkload({ ...known, verify: "answer" });
  expect(workload.faultOf(1, answer(true, 341))).toBeUndefined();
  expect(workload.faultOf(1, answer(true, 342))).toBe(
    "expected found=true visited=341, got found=true visited=342",
  );
  // An empty message is the answer found=false, visited=0: the original counted it as a success.
  expect(workload.faultOf(1, new Uint8Array())).toContain("got found=false visited=0");
});

test("dfsWorkload() calls bytes that are no answer wrong, whatever it verifies", () => {
  for (const verify of ["answer", "status"] as const) {
    const workload = dfsWorkload({ ...known, verify });
    expect(workload.faultOf(1, new Uint8Array([0xff, 0xff]))).toContain("no RunResponse");
  }
});

test("dfsWorkload() is content with any answer when told to verify the status alone", () => {
  const workload = dfsWorkload({ ...known, verify: "status" });
  expect(workload.faultOf(1, answer(false, 1))).toBeUndefined();
});

test("dfsWorkload() asks the question as the wire has it, and may ask it twice", () => {
  const workload = dfsWorkload({ ...known, verify: "answer" });
  expect(workload.path).toBe("/dfs.DFSService/RunDFS");
  expect(workload.isIdempotent).toBe(true);
  expect(runDfs.requestDeserialize(Buffer.from(workload.requestBytes(1)))).toEqual(known);
  const whole = dfsWorkload({ target: undefined, numVertices: 10, verify: "answer" });
  expect(runDfs.requestDeserialize(Buffer.from(whole.requestBytes(1)))).toEqual({
    numVertices: 10,
  });
});
