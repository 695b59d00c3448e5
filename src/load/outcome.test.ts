import { expect, test } from "bun:test";
import type { CallResult } from "../failover/request.ts";
import { settle } from "./outcome.ts";

// Due at 1.000 s, sent 2 ms late, answered at 1.010 s after 7 ms of service.
const request = { id: "r-9", number: 9, dueUs: 1_000_000, sentUs: 1_002_000, deadlineUs: 2e6 };
const answered: CallResult = {
  finishedUs: 1_010_000,
  attemptCount: 2,
  endpoint: { host: "localhost", port: 1 },
  answer: { status: "OK", response: new Uint8Array([1]), detail: "", serviceUs: 7000 },
  detail: "",
  mayHaveExecuted: true,
  isRefused: false,
};
const unanswered: CallResult = { ...answered, answer: undefined, detail: "UNAVAILABLE" };
const right = () => undefined;

test("settle() counts latency from the instant the request was due, lag apart", () => {
  expect(settle(request, answered, right)).toEqual({
    number: 9,
    record: {
      kind: "ok",
      tUs: 1_010_000,
      request: "r-9",
      endpoint: "localhost:1",
      attempts: 2,
      latencyUs: 10_000,
      lagUs: 2000,
      serviceUs: 7000,
    },
  });
});

test("settle() calls an OK answer that is not the right one wrong", () => {
  const { record } = settle(request, answered, () => "expected 1, got 2");
  expect(record).toMatchObject({ kind: "request", outcome: "wrong", detail: "expected 1, got 2" });
});

test("settle() calls an unexpected status failed", () => {
  const rejected = { status: "INVALID_ARGUMENT", detail: "target" } as const;
  const answer = { ...rejected, response: new Uint8Array(), serviceUs: 1 };
  const { record } = settle(request, { ...answered, answer }, right);
  expect(record).toMatchObject({ outcome: "failed", detail: "INVALID_ARGUMENT: target" });
});

test("settle() tells a request that may have been executed from one that was not", () => {
  expect(settle(request, unanswered, right).record).toMatchObject({ outcome: "indeterminate" });
  const refused = { ...unanswered, mayHaveExecuted: false };
  expect(settle(request, refused, right).record).toMatchObject({ outcome: "failed" });
});

test("settle() calls a request failed that a server answered with a status to no avail", () => {
  const refused = { ...unanswered, isRefused: true, detail: "INTERNAL" };
  expect(settle(request, refused, right).record).toMatchObject({ outcome: "failed" });
});

test("settle() does not take an answer after the deadline for ok", () => {
  const late = { ...answered, finishedUs: 2_000_001 };
  expect(settle(request, late, right).record).toMatchObject({
    outcome: "failed",
    detail: "OK, but after its deadline",
  });
});

test("settle() takes an expected status for right, and an OK that is not expected for failed", () => {
  const missing = { status: "NOT_FOUND", detail: "no such item" } as const;
  const answer = { ...missing, response: new Uint8Array(), serviceUs: 1 };
  const wrong = () => "not looked at";
  const expectedStatuses = new Set(["NOT_FOUND"] as const);
  expect(settle(request, { ...answered, answer }, wrong, { expectedStatuses }).record.kind).toBe(
    "ok",
  );
  expect(settle(request, answered, right, { expectedStatuses }).record).toMatchObject({
    outcome: "failed",
    detail: "OK, expected NOT_FOUND",
  });
});

test("settle() hides the secrets that a server says back", () => {
  const rejected = { status: "UNAUTHENTICATED", detail: "bad s3cr3t" } as const;
  const answer = { ...rejected, response: new Uint8Array(), serviceUs: 1 };
  const hideSecrets = (text: string) => text.replace("s3cr3t", "***");
  const { record } = settle(request, { ...answered, answer }, right, { hideSecrets });
  expect(record).toMatchObject({ outcome: "failed", detail: "UNAUTHENTICATED: bad ***" });
});
