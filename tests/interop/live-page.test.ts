/** The live page in a real browser: headless Chromium, as apt installs it. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Page } from "playwright-core";
import { systemClock } from "../../src/base/clock.ts";
import type { OkRecord, RunRecord } from "../../src/ledger/record.ts";
import { EventLog } from "../../src/live/event-log.ts";
import { LiveFeed } from "../../src/live/live-feed.ts";
import { startLiveServer } from "../../src/live/live-server.ts";
import { eventsPath } from "../../src/live/request-guard.ts";
import { renderLiveMain } from "../../src/report/page/render-live.ts";
import { renderLivePage } from "../../src/report/page/render-page.ts";
import { startDfs } from "../support/dfs-process.ts";
import { freePorts } from "../support/free-ports.ts";
import { chromiumPath, inChromium } from "../support/in-chromium.ts";
import { tempDir } from "../support/temp-dir.ts";

setDefaultTimeout(90_000);

if (chromiumPath === null) {
  console.log("SKIPPED, NOTHING PROVED: no chromium for the live page (apt install chromium)");
}

const html = renderLivePage(eventsPath);

/** The browser itself says of a lost connection that it is lost. */
async function visitLosing(url: string, act: (page: Page) => Promise<void>): Promise<void> {
  const complaints = await inChromium({ url }, act);
  expect(complaints.filter((complaint) => !/Failed to load resource/.test(complaint))).toEqual([]);
}

async function visit(url: string, act: (page: Page) => Promise<void>): Promise<void> {
  expect(await inChromium({ url }, act)).toEqual([]);
}

const shown = (page: Page) => page.locator("#shown").textContent();

describe.skipIf(chromiumPath === null)("the live page in Chromium", () => {
  test("shows a demo while it runs and its report in the end, at the place that was zoomed to", async () => {
    using dir = tempDir();
    await using demo = startDfs(["demo", "--duration", "12", "--ui"], { cwd: dir.path });
    const url = (await demo.waitFor(/Live page: (http:\S+)/, 20_000))[1] ?? "";
    await demo.waitFor(/STALL STARTED/, 30_000);
    await visit(url, async (page) => {
      const status = page.locator("#live");
      await page.getByText(/stall of localhost:\d+ begins/).waitFor({ timeout: 5000 });
      expect(await status.textContent()).toBe("Live");
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toContain("Running");
      expect(await page.locator("#live-replicas").textContent()).toContain("suspect");
      expect(await page.getByText(/crash of localhost:\d+ begins/).count()).toBe(1);
      expect(await page.locator("#live-ok strong").textContent()).toMatch(/^\d+$/);
      expect(await shown(page)).toStartWith("Whole run");
      await page.locator("#charts").focus();
      await page.keyboard.press("+");
      const zoomed = await shown(page);
      expect(zoomed).toStartWith("Shown: ");
      await page.locator("#live", { hasText: "The run is over: verified" }).waitFor();
      await page.locator("body[data-ready]").waitFor();
      // The server has gone; the page is the report, asks for nothing more, and its parts work.
      await demo.exited(10_000);
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toContain("Verified");
      expect(await shown(page)).toBe(zoomed);
      expect(await page.evaluate("document.activeElement.id")).toBe("charts");
      await page.keyboard.press("0");
      expect(await shown(page)).toStartWith("Whole run");
      await page.getByRole("button", { name: /^Show outage 2/ }).click();
      expect(await shown(page)).toStartWith("Shown: ");
      await page.getByLabel("Number or id").fill("1");
      await page.keyboard.press("Enter");
      expect(await page.locator("#search-result").textContent()).toContain("outcome");
    });
  });
});

describe.skipIf(chromiumPath === null)("the live page of a load on a name", () => {
  test("takes in a replica that comes while it is looked at, with all that was told before", async () => {
    const log = new EventLog("run");
    const feed = feedInto(log);
    const tUs = systemClock.nowUs();
    const second = 1_000_000;
    feed.append(headerOf("r", "localhost:1", tUs));
    feed.append(okOf(1, tUs + 1000));
    feed.pass(tUs + second);
    const server = startLiveServer({ port: "alone", html, log, clock: systemClock });
    try {
      await visit(server.url, async (page) => {
        await page.locator("#live-ok strong", { hasText: "1" }).waitFor();
        const come = { kind: "replica", run: "r", endpoint: "10.0.0.3:5" } as const;
        feed.append({ ...come, tUs: tUs + second, state: "probing", cause: "resolved" });
        feed.append({ ...okOf(2, tUs + second + 1), endpoint: "10.0.0.3:5" });
        feed.pass(tUs + 2 * second);
        server.notify();
        const rows = page.locator("#live-replicas tbody tr");
        await page.locator("#live-ok strong", { hasText: "2" }).waitFor({ timeout: 10_000 });
        await page
          .locator("#live-replicas", { hasText: "10.0.0.3:5" })
          .waitFor({ timeout: 10_000 });
        expect(await rows.allTextContents()).toEqual([
          ...["localhost:1not tried yet01", "10.0.0.3:5probing11"],
        ]);
        expect(await page.locator("#timeline").textContent()).toContain("10.0.0.3:5");
        feed.append({ ...okOf(3, tUs + 2 * second + 1), endpoint: "10.0.0.3:5" });
        feed.pass(tUs + 3 * second);
        server.notify();
        await page.locator("#live-ok strong", { hasText: "3" }).waitFor({ timeout: 10_000 });
        expect((await rows.allTextContents())[1]).toBe("10.0.0.3:5probing12");
      });
    } finally {
      await server.close();
    }
  });
});

describe.skipIf(chromiumPath === null)("the live page on a server that is lost or hostile", () => {
  test("says when its connection is lost, and goes on where it was", async () => {
    const log = new EventLog("run");
    const feed = feedInto(log);
    const tUs = systemClock.nowUs();
    const second = 1_000_000;
    feed.append(headerOf("r", "localhost:1", tUs));
    feed.append(okOf(1, tUs + 1000));
    feed.pass(tUs + second);
    const [port = 0] = await freePorts(1);
    const first = startLiveServer({ port, html, log, clock: systemClock });
    await visitLosing(first.url, async (page) => {
      const ok = page.locator("#live-ok strong");
      await page.locator("#live-ok strong", { hasText: "1" }).waitFor();
      await first.close();
      await page.getByText("Connection lost; trying again").waitFor({ timeout: 10_000 });
      expect(await ok.textContent()).toBe("1");
      const more = new EventLog("run");
      const again = feedInto(more);
      again.append(headerOf("r", "localhost:1", tUs));
      for (const number of [1, 2, 3]) again.append(okOf(number, tUs + number * 1000));
      again.pass(tUs + second);
      again.append(okOf(4, tUs + second + 1));
      again.finish();
      const next = startLiveServer({ port, html, log: more, clock: systemClock });
      try {
        // It had event 1 already, and is told the second one alone.
        await page.locator("#live-ok strong", { hasText: "4" }).waitFor({ timeout: 10_000 });
        expect(await page.locator("#live").textContent()).toBe("Live");
        expect(await page.locator("#live-elapsed strong").textContent()).toBe("2s");
      } finally {
        await next.close();
      }
    });
  });

  test("shows hostile text as text", async () => {
    const hostile = "<img src=x onerror=\"document.title='owned'\"></script><script>alert(1)";
    const log = logOfHostile(hostile);
    const server = startLiveServer({ port: "alone", html, log, clock: systemClock });
    try {
      await visit(server.url, async (page) => {
        await page.getByText("down (").waitFor({ timeout: 5000 });
        for (const place of ["header", "#live-replicas", "#happened", "#timeline"]) {
          expect(await page.locator(place).textContent()).toContain("<img src=x onerror=");
        }
        await page.getByLabel("Number or id").fill("1");
        await page.keyboard.press("Enter");
        expect(await page.locator("#search-result").textContent()).toContain("<img src=x onerror=");
        expect(await page.locator("img").count()).toBe(0);
        expect(await page.locator("script").count()).toBe(1);
        expect(await page.title()).toStartWith("dfs live: <img");
      });
    } finally {
      await server.close();
    }
  });
});

function logOfHostile(hostile: string): EventLog {
  const log = new EventLog("run");
  const feed = feedInto(log);
  const tUs = systemClock.nowUs();
  feed.append({ ...headerOf(hostile, hostile, tUs), version: hostile });
  const endpoint = hostile;
  feed.append({ kind: "replica", tUs, run: "r", endpoint, state: "down", cause: hostile });
  feed.append({
    ...{ kind: "fault", tUs, run: "f", fault: hostile, phase: "begin", port: 1, pid: 1 },
    process: hostile,
  });
  feed.append({
    ...{ kind: "attempt", tUs, request: "r-1", endpoint, error: hostile, attempt: 1 },
    ...{ ended: "failed", serviceUs: 1, detail: hostile },
  });
  feed.finish();
  return log;
}

function feedInto(log: EventLog): LiveFeed {
  return new LiveFeed({
    begin: (run) => log.begin(JSON.stringify({ ...run, main: renderLiveMain(run).html })),
    update: (update) => log.append("update", JSON.stringify(update)),
  });
}

function headerOf(run: string, replicas: string, tUs: number): RunRecord {
  return {
    ...{ kind: "run", tUs, run, command: "load", version: "1", pid: 1, host: "h", boot: "b" },
    ...{ utcOffset: "+00:00", seed: 0, config: { replicas } },
  };
}

function okOf(number: number, tUs: number): OkRecord {
  return {
    ...{ kind: "ok", tUs, request: `r-${number}`, endpoint: "localhost:1", latencyUs: 900 },
    ...{ lagUs: 0, serviceUs: 900, attempts: 1 },
  };
}
