import { describe, expect, test } from "bun:test";
import {
  formatOrder,
  formatWord,
  type Order,
  parseOrder,
  parseWord,
  type Word,
} from "./watchdog-words.ts";

describe("orders and words", () => {
  const fault = {
    ...({ id: "k2bgi", fault: "limp", port: 50052, run: "r1", sinceUs: 5, untilUs: 9 } as const),
    targets: [{ pid: 7, identity: "7", name: 'a "b"\n', uid: 1000, user: "anna" }],
    injector: { pid: 8, identity: "8", name: "dfs", uid: undefined, user: "" },
    watchdog: undefined,
  };
  const orders: readonly Order[] = [
    { order: "guard", fault, ledger: "/a b/fault.log" },
    { order: "guard", fault, ledger: undefined },
    { order: "begun", pid: 7, untilUs: 1_795_383_315_250_000 },
    { order: "release" },
  ];
  const words: readonly Word[] = [
    { word: "ready" },
    { word: "asked" },
    { word: "unlisted", reason: "no\nroom" },
    { word: "refused", reason: "not yours" },
    { word: "undone", reason: "overdue" },
    { word: "resumed", pid: 7, tUs: 1_795_383_315_250_000.5 },
  ];

  test("are read back as they were written, one a line", () => {
    expect(orders.map((order) => parseOrder(formatOrder(order)))).toEqual([...orders]);
    expect(words.map((word) => parseWord(formatWord(word)))).toEqual([...words]);
    const lines = [...orders.map(formatOrder), ...words.map(formatWord)];
    expect(lines.filter((line) => line.includes("\n"))).toEqual([]);
  });

  test("are undefined when they are something else", () => {
    const others = ["", "ready", "{}", '{"order":"guard"}', '{"order":"begun","pid":"7"}', "[1"];
    expect(others.map(parseOrder).filter((order) => order !== undefined)).toEqual([]);
    const noWords = ["", "{}", '{"word":"undone","reason":"for fun"}', '{"word":"toString"}'];
    expect(noWords.map(parseWord).filter((word) => word !== undefined)).toEqual([]);
  });
});
