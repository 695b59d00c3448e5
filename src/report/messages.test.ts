import { expect, test } from "bun:test";
import {
  type Files,
  loadFooter,
  loadHeader,
  lostLine,
  okLine,
  reportOf,
  runReportOf,
} from "../../tests/support/ledger-lines.ts";
import { renderText } from "./render-text.ts";
import { judgeRequirement, parseRequirement } from "./requirement.ts";

const judged = (text: string, of: Files) =>
  judgeRequirement(parseRequirement(text, "--require"), runReportOf(of)).criterion;

const files: Files = {
  "client.log": [
    loadHeader(0),
    okLine(100, 1, { messages: 10, firstMs: 2 }),
    okLine(600, 2, { messages: 20, firstMs: 4 }),
    okLine(1100, 3, { messages: 0 }),
    lostLine(1600, 4),
    loadFooter(4000, { scheduled: 4, ok: 3, failed: 1 }),
  ],
};

test("answers that are streams have their messages and the time to the first counted", () => {
  const { messages, requests } = runReportOf(files);
  expect(requests.ok).toBe(3);
  expect(messages).toMatchObject({
    ...{ answers: 3, total: 30, messagesPerSecond: 7.5, errorShare: 0 },
    // An answer without a message has no first one.
    first: { count: 2, p50Ms: 4, maxMs: 4, meanMs: 3 },
  });
  const text = renderText(reportOf(files), { color: false, width: 100 });
  expect(text).toContain("  messages 30 in 3 answers: 7.50/s\n");
  expect(text).toMatch(/\n {2}first message +2 +4\.000ms/);
});

test.each([
  ["messages >= 30", "yes"],
  ["messages >= 31", "no"],
  ["message_rate >= 7/s", "yes"],
  ["first_p99 <= 4ms", "yes"],
  ["first_max < 4ms", "no"],
])("%s: %s", (text, met) => {
  expect(judged(text, files).met).toBe(met as "yes" | "no");
});

test("several load machines' messages are counted together", () => {
  const of = (run: string, count: number) => [
    loadHeader(0, { run }),
    okLine(100, 1, { run, messages: count, firstMs: count }),
    loadFooter(4000, { scheduled: 1, ok: 1 }, { run }),
  ];
  const { messages } = runReportOf({ "a.log": of("a", 3), "b.log": of("b", 5) });
  expect(messages).toMatchObject({ answers: 2, total: 8, first: { maxMs: 5 } });
});

test("without such answers there is nothing to say of messages", () => {
  const unary: Files = { "client.log": [loadHeader(0), okLine(100, 1)] };
  expect(runReportOf(unary).messages).toBeNull();
  expect(renderText(reportOf(unary), { color: false, width: 100 })).not.toContain("message");
  expect(judged("first_p50 < 1s", unary)).toMatchObject({
    met: "unknown",
    why: "no request was answered by a stream",
  });
});
