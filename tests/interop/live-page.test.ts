/** The live page in a real browser: headless Chromium, as apt installs it. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Page } from "playwright-core";
import { systemClock } from "../../src/base/clock.ts";
import { EventLog } from "../../src/live/event-log.ts";
import { LiveFeed } from "../../src/live/live-feed.ts";
import { livePage } from "../../src/live/live-page.ts";
import { startLiveServer } from "../../src/live/live-server.ts";
import { startDfs } from "../support/dfs-process.ts";
import { chromiumPath, inChromium } from "../support/in-chromium.ts";
import { tempDir } from "../support/temp-dir.ts";

setDefaultTimeout(90_000);

if (chromiumPath === null) {
  console.log("SKIPPED, NOTHING PROVED: no chromium for the live page (apt install chromium)");
}

async function visit(url: string, act: (page: Page) => Promise<void>): Promise<void> {
  expect(await inChromium({ url }, act)).toEqual([]);
}

describe.skipIf(chromiumPath === null)("the live page in Chromium", () => {
  test("shows a demo while it runs, without a word on the console", async () => {
    using dir = tempDir();
    await using demo = startDfs(["demo", "--duration", "12", "--ui"], { cwd: dir.path });
    const url = (await demo.waitFor(/Live page: (http:\S+)/, 20_000))[1] ?? "";
    await demo.waitFor(/STALL STARTED/, 30_000);
    await visit(url, async (page) => {
      await page.getByText(/stall of localhost:\d+ begins/).waitFor({ timeout: 5000 });
      expect(await page.getByRole("status").textContent()).toBe("Running");
      expect(await page.locator("#replicas .suspect").count()).toBeGreaterThan(0);
      expect(await page.locator("#timeline .fault").count()).toBe(2);
      expect(await page.getByText(/crash of localhost:\d+ begins/).count()).toBe(1);
      const over = page.getByText("The run is over: ");
      await over.waitFor({ timeout: 30_000 });
      // The server has gone; the page stays as it is and asks for nothing more.
      await demo.exited(10_000);
      await page.waitForTimeout(4000);
      expect(await over.count()).toBe(1);
    });
  });

  test("shows hostile text as text", async () => {
    const hostile = "<img src=x onerror=\"document.title='owned'\"></script><script>alert(1)";
    const log = new EventLog("run");
    const feed = new LiveFeed({
      begin: (run) => log.begin(JSON.stringify(run)),
      update: (update) => log.append("update", JSON.stringify(update)),
    });
    const tUs = systemClock.nowUs();
    const config = { replicas: hostile };
    feed.append({
      ...{ kind: "run", tUs, run: hostile, command: "load", version: hostile, pid: 1, host: "h" },
      ...{ boot: "b", utcOffset: "+00:00", seed: 0, config },
    });
    const endpoint = hostile;
    feed.append({ kind: "replica", tUs, run: "r", endpoint, state: "down", cause: hostile });
    feed.append({
      ...{ kind: "fault", tUs, run: "f", fault: hostile, phase: "begin", port: 1, pid: 1 },
      process: hostile,
    });
    feed.finish();
    const server = startLiveServer({ port: "alone", html: livePage, log, clock: systemClock });
    try {
      await visit(server.url, async (page) => {
        await page.locator("#replicas .down").waitFor({ timeout: 5000 });
        for (const place of ["#run", "#replicas", "#events", "#timeline"]) {
          expect(await page.locator(place).textContent()).toContain("<img src=x onerror=");
        }
        expect(await page.locator("img").count()).toBe(0);
        expect(await page.locator("script").count()).toBe(1);
        expect(await page.title()).toBe("dfs: live");
      });
    } finally {
      await server.close();
    }
  });
});
