import { describe, expect, test } from "bun:test";
import {
  formatLoadingLine,
  formatReadyLine,
  parseLoadingLine,
  parseReadyLine,
} from "./ready-line.ts";

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

test("parseLoadingLine() reads what formatLoadingLine() wrote, and nothing else", () => {
  const loading = { graph: "rmat:22,edgefactor=16,seed=1" };
  expect(parseLoadingLine(formatLoadingLine(loading))).toEqual(loading);
  for (const line of ["", '{"loading":', '{"loading":{}}', '{"ready":{"graph":"path:3"}}']) {
    expect(parseLoadingLine(line)).toBeUndefined();
  }
});
