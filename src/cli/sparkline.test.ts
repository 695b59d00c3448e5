import { expect, test } from "bun:test";
import { sparkline } from "./sparkline.ts";

test.each<[string, readonly number[], number, string]>([
  ["the whole range", [0, 1, 2, 3, 4, 5, 6, 7], 7, "▁▂▃▄▅▆▇█"],
  ["a little above the floor when it is not nothing", [0, 1, 1000], 1000, "▁▂█"],
  ["the floor alone when nothing ever came", [0, 0], 0, "▁▁"],
  ["no higher than the top beyond the peak", [9], 3, "█"],
  ["nothing of nothing", [], Number.NEGATIVE_INFINITY, ""],
])("sparkline() draws %s", (_, values, peak, drawn) => {
  expect(sparkline(values, peak)).toBe(drawn);
});
