import { describe, expect, test } from "bun:test";
import { limits } from "../base/limits.ts";
import { endInHeaders, endOfHttpAnswer } from "./call-end.ts";

const maxLength = limits.peerTextMaxLength;
const long = "é".repeat(60_000);

describe("what a peer says of its answer", () => {
  test("is decoded, whatever of it is no escape", () => {
    const saying = (text: string) =>
      endInHeaders({ "grpc-status": "5", "grpc-message": text })?.detail;
    expect(saying("caf%C3%A9%2")).toBe("café%2");
    expect(saying("%zz%")).toBe("%zz%");
    expect(saying("%ff%FE")).toBe("\ufffd\ufffd");
  });

  test("is cut when it is very long", () => {
    const status = endInHeaders({ "grpc-status": "13", "grpc-message": encodeURI(long) });
    expect(status?.detail).toBe(`${"é".repeat(maxLength)}…`);
    const http = endOfHttpAnswer({ ":status": 200, "content-type": long });
    expect(http?.detail.length).toBeLessThan(maxLength + 100);
  });

  test("a status beyond those that gRPC has is UNKNOWN", () => {
    for (const code of ["999999", "-1", "", "1e1", "200"]) {
      expect(endInHeaders({ "grpc-status": code })?.status).toBe("UNKNOWN");
    }
  });
});
