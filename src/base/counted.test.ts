import { expect, test } from "bun:test";
import { counted, vertexCountText } from "./counted.ts";

test("counted() calls one thing by its singular, and no other number of them", () => {
  expect([0, 1, 2].map((count) => counted(count, "edge"))).toEqual([
    "0 edges",
    "1 edge",
    "2 edges",
  ]);
  expect([0, 1, 2].map(vertexCountText)).toEqual(["0 vertices", "1 vertex", "2 vertices"]);
});
