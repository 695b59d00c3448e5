import { describe, expect, test } from "bun:test";
import { limits } from "../base/limits.ts";
import { GraphCache } from "./graph-cache.ts";

describe("GraphCache", () => {
  test("returns the same graph while it is kept and forgets the one used longest ago", () => {
    const cache = new GraphCache();
    const sizes = Array.from({ length: limits.graphCacheMaxCount }, (_, index) => 10 + index);
    const first = cache.modular(10);
    for (const size of sizes) cache.modular(size);
    // 10 is used again, so 11 is the oldest when one more arrives.
    const eleven = cache.modular(11);
    for (const size of sizes.slice(2)) cache.modular(size);
    expect(cache.modular(10)).toBe(first);
    cache.modular(99);
    expect(cache.modular(10)).toBe(first);
    expect(cache.modular(11)).not.toBe(eleven);
    expect(cache.modular(11).spec).toBe("modular:11");
  });
});
