import { describe, expect, test } from "bun:test";
import { formatReadyLine, parseReadyLine } from "./ready-line.ts";

describe("parseReadyLine()", () => {
  test("reads what formatReadyLine() wrote", () => {
    const ready = { port: 50051, pid: 1234, graph: "modular:50000" };
    expect(parseReadyLine(formatReadyLine(ready))).toEqual(ready);
  });

  for (const line of [
    "",
    "[21:35:00] replica localhost:50051 draining (SIGTERM)",
    '{"ready":',
    '{"ready":true}',
    '{"ready":{"port":"50051","pid":1234,"graph":"modular:50000"}}',
    '{"ready":{"port":50051}}',
  ]) {
    test(`takes ${JSON.stringify(line)} for an ordinary line`, () => {
      expect(parseReadyLine(line)).toBeUndefined();
    });
  }
});
