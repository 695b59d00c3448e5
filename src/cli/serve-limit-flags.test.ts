import { describe, expect, test } from "bun:test";
import { defaultServeLimits } from "../replica/serve-limits.ts";
import {
  limitArguments,
  limitConfig,
  serveLimitFlags,
  serveLimitsOf,
} from "./serve-limit-flags.ts";
import { parseStrictly, readFlags } from "./strict-args.ts";

function limitsTyped(...args: readonly string[]) {
  return serveLimitsOf(readFlags(serveLimitFlags, parseStrictly(args, serveLimitFlags, false)));
}

describe("the flags of serve's limits", () => {
  test("have the replica's own defaults", () => {
    expect(limitsTyped()).toEqual(defaultServeLimits);
    expect(limitArguments(defaultServeLimits)).toEqual([]);
  });

  test("say the same to a replica that is started", () => {
    const sizes = ["--max-message-size", "1.5MiB", "--max-header-size", "8KiB"];
    const times = ["--max-request-time", "1.5s", "--max-connection-idle", "1h"];
    const counts = ["--max-connections", "7", "--max-queue", "0", "--max-headers", "16"];
    const rest = ["--max-concurrent-streams", "2", "--max-traversals", "3"];
    const typed = limitsTyped(...sizes, ...times, ...counts, ...rest, "--min-ping-interval", "0");
    expect(
      Object.entries(typed).filter(([key, value]) => {
        return value === defaultServeLimits[key as keyof typeof defaultServeLimits];
      }),
    ).toEqual([]);
    expect(limitsTyped(...limitArguments(typed))).toEqual(typed);
    expect(limitConfig(typed)).toMatchObject({ max_request_time: "1500ms", max_queue: "0" });
  });

  test.each([
    [["--max-message-size", "1KiB"], "16KiB..1GiB"],
    [["--max-message-size", "4"], "such as 4MiB or 65536"],
    [["--max-connections", "0"], "1..1000000"],
    [["--max-request-time", "0"], "--max-request-time must be in"],
  ])("refuse %p", (args, words) => {
    expect(() => limitsTyped(...args)).toThrow(words);
  });
});
