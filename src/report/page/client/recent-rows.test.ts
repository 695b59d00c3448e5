import { expect, test } from "bun:test";
import { RecentRows } from "./recent-rows.ts";

const shape = { a: "plain", b: "step" } as const;

test("RecentRows keeps rows beyond its first room, and leaves tables it gave as they were", () => {
  const rows = new RecentRows(shape, 1000);
  for (let at = 0; at < 200; at++) rows.append({ a: at, b: -at });
  const { a, b } = rows.table;
  rows.append({ a: 200, b: -200 });
  expect([a.length, a[0], a[199], b[199]]).toEqual([200, 0, 199, -199]);
  expect(rows.table.a).toHaveLength(201);
});

test("RecentRows forgets the older half when it is full, and never the latest", () => {
  const rows = new RecentRows(shape, 100);
  let given = rows.table;
  for (let at = 0; at < 1000; at++) {
    if (at === 100) given = rows.table;
    rows.append({ a: at, b: 0 });
    expect(rows.table.a.length).toBeLessThanOrEqual(100);
    expect(rows.table.a.at(-1)).toBe(at);
  }
  const { a } = rows.table;
  expect([...a]).toEqual(Array.from(a, (_, index) => 1000 - a.length + index));
  expect([...given.a]).toEqual(Array.from({ length: 100 }, (_, index) => index));
});
