import { expect, test } from "bun:test";
import { liveCards, liveStreamCards, renderLiveMain } from "./render-live.ts";
import { renderLivePage } from "./render-page.ts";

const hostile = "</script><img src=x onerror=alert(1)>";

test("renderLiveMain() has a place for each figure and chart, and hostile names as text", () => {
  const { html } = renderLiveMain({
    ...{ run: hostile, startUs: 1_795_383_300_000_000, version: hostile, utcOffset: "+01:00" },
    ...{ config: {}, replicas: ["localhost:50051", hostile] },
  });
  const ids = [...Object.keys(liveCards), "live-replicas", "happened", "throughput", "latency"];
  for (const id of [...ids, "states", "search", "shown", "readout"]) {
    expect(html.split(`id="${id}"`)).toHaveLength(2);
  }
  expect(html).toContain("2026-11-22 22:35:00 (UTC+01:00)");
  expect(html).not.toContain("<img");
  expect(html).not.toContain("</script>");
  expect(html).toContain("&lt;/script&gt;&lt;img");
});

test("renderLivePage() may speak to its own server, and to nobody else", () => {
  const html = renderLivePage("/events");
  expect(html).toContain('data-live="/events"');
  expect(html).toContain("default-src &#39;none&#39;");
  expect(html).toContain("connect-src &#39;self&#39;");
  expect(html).not.toContain("unsafe-");
});

test("renderLiveMain() has places for what a run has: requests, streams, or both", () => {
  const idsOf = (config: Readonly<Record<string, string>>) => {
    const facts = { run: "r", startUs: 0, version: "1", utcOffset: "+00:00", replicas: ["a:1"] };
    const { html } = renderLiveMain({ ...facts, config });
    const ids = ["throughput", "latency", "flow", ...Object.keys(liveStreamCards)];
    return ids.filter((id) => html.includes(`id="${id}"`));
  };
  expect(idsOf({ mode: "unary" })).toEqual(["throughput", "latency"]);
  const ofStreams = ["flow", ...Object.keys(liveStreamCards)];
  expect(idsOf({ mode: "stream", streams: "2" })).toEqual(ofStreams);
  expect(idsOf({ mode: "unary", streams: "1" })).toEqual(["throughput", "latency", ...ofStreams]);
});
