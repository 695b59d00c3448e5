/** The HTML report in a real browser, opened from disk: headless Chromium, as apt installs it. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { writeLedgers } from "../../bench/large-ledgers.ts";
import { systemClock } from "../../src/base/clock.ts";
import { runDfs } from "../support/dfs-process.ts";
import { chromiumPath, inChromium } from "../support/in-chromium.ts";
import { root } from "../support/stages.ts";
import { tempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

if (chromiumPath === null) {
  console.log("SKIPPED, NOTHING PROVED: no chromium for the HTML report (apt install chromium)");
}

const fixtures = join(root, "src/report/fixtures");
const golden = ["client", "server_50051", "server_50052", "fault"].map((name) =>
  join(fixtures, `golden_${name}.txt`),
);

/** Reports `ledgers` as a page, opens it from disk, and expects no complaint while `act` runs. */
async function onPage(
  { ledgers = golden, width = 1280 }: { ledgers?: readonly string[]; width?: number },
  act: (page: Page) => Promise<void>,
): Promise<void> {
  using dir = tempDir();
  const file = dir.file("report.html");
  const { status, stderr } = await runDfs(["report", ...ledgers, "--html", file], {
    cwd: dir.path,
  });
  expect(status, stderr).toBeLessThanOrEqual(1);
  const url = pathToFileURL(file).href;
  const complaints = await inChromium({ url, viewport: { width, height: 900 } }, async (page) => {
    await page.locator("body[data-ready]").waitFor({ timeout: 10_000 });
    await act(page);
  });
  expect(complaints).toEqual([]);
}

const shown = (page: Page) => page.locator("#shown").textContent();

/** What the page reads off when the pointer is at this share of the width of a chart. */
async function readAt(page: Page, chart: string, share: number): Promise<string> {
  await page.locator(`#${chart}`).scrollIntoViewIfNeeded();
  const box = await page.locator(`#${chart} .u-over`).boundingBox();
  if (box === null) throw new Error(`the chart ${chart} is not there`);
  await page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
  await page.waitForTimeout(60);
  return (await page.locator("#readout").textContent()) ?? "";
}

describe.skipIf(chromiumPath === null)("the HTML report in Chromium", () => {
  test("says the verdict first, and what met and missed it", async () => {
    await onPage({}, async (page) => {
      expect(await page.getByRole("heading").first().textContent()).toContain("Not verified");
      const criteria = page.getByRole("table", { name: "Criteria" });
      expect(await criteria.getByRole("row").count()).toBeGreaterThan(8);
      expect(await criteria.getByText("✗ not met").count()).toBe(3);
      expect(await page.getByRole("img").count()).toBe(4);
    });
  });

  test("zooms all charts together: by dragging, keys and buttons; a double click shows all", async () => {
    await onPage({}, async (page) => {
      const whole = await shown(page);
      expect(whole).toStartWith("Whole run");
      await page.locator("#latency").scrollIntoViewIfNeeded();
      const box = await page.locator("#latency .u-over").boundingBox();
      if (box === null) throw new Error("the latency chart is not there");
      await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.5, box.y + 30, { steps: 4 });
      await page.mouse.up();
      // The run is 4.01s long.
      expect(await shown(page)).toMatch(/^Shown: 1\.0\d*s to 2\.0\d*s$/);
      const readings = [];
      for (const chart of ["throughput", "latency", "states"]) {
        readings.push((await readAt(page, chart, 0.5)).slice(0, "21:35:01".length));
      }
      expect(new Set(readings)).toEqual(new Set(["21:35:01"]));
      await page.locator("#states .u-over").dblclick();
      expect(await shown(page)).toBe(whole);
      await page.locator("#charts").focus();
      await page.keyboard.press("+");
      expect(await shown(page)).toStartWith("Shown: 1.0");
      await page.keyboard.press("ArrowLeft");
      expect(await shown(page)).toStartWith("Shown: 0.6");
      await page.getByRole("button", { name: "Reset zoom" }).click();
      expect(await shown(page)).toBe(whole);
    });
  });

  test("one cursor reads all charts", async () => {
    await onPage({}, async (page) => {
      const reading = await readAt(page, "states", 0.5);
      // 2 s after the beginning: the crashed replica is down until 2.4 s.
      expect(reading).toMatch(/^21:35:02\.0\d\d/);
      expect(reading).toContain(":50051 down");
      for (const chart of ["throughput", "latency"]) {
        const cursor = await page.locator(`#${chart} .u-cursor-x`).boundingBox();
        const over = await page.locator(`#${chart} .u-over`).boundingBox();
        const share =
          ((cursor?.x ?? 0) + (cursor?.width ?? 0) - (over?.x ?? 0)) / (over?.width ?? 1);
        expect(share).toBeCloseTo(0.5, 2);
      }
    });
  });
});

describe.skipIf(chromiumPath === null)("finding one's way in the HTML report", () => {
  test("an outage's row jumps to its place", async () => {
    await onPage({}, async (page) => {
      await page.getByRole("button", { name: /^Show outage 1 of localhost:50051/ }).click();
      // It lasted from 1.2 to 2.509 s; a margin on both sides.
      expect(await shown(page)).toMatch(/^Shown: 0\.7\d*s to 2\.9\d*s$/);
      expect(await page.evaluate("document.activeElement.id")).toBe("charts");
    });
  });

  test("a gap's row jumps to its place", async () => {
    await onPage({}, async (page) => {
      await page.getByRole("button", { name: /^Show gap 1 of stream gold-s1/ }).click();
      // From 1.2009 to 1.235 s, with a margin of 0.2 s on both sides.
      expect(await shown(page)).toMatch(/^Shown: 1\.00\d*s to 1\.43\d*s$/);
    });
  });

  test("finds a request by number or id, with its failed attempts", async () => {
    await onPage({}, async (page) => {
      const result = page.locator("#search-result");
      for (const text of ["4", "#4", "gold-4"]) {
        await page.getByLabel("Number or id").fill(text);
        await page.keyboard.press("Enter");
        expect(await result.getByRole("heading").first().textContent()).toBe("Request gold-4");
        expect(await result.textContent()).toContain("10.0ms");
        const table = result.getByRole("table", { name: "Attempts that failed or came late" });
        const cells = table.locator("tbody th, tbody td");
        expect(await cells.allTextContents()).toEqual([
          ...["localhost:50051", "UNAVAILABLE", "2.00ms", "21:35:01.502 (1.502s)"],
        ]);
        await page.getByLabel("Number or id").fill("");
      }
      await page.getByRole("button", { name: "Show on the timeline" }).click();
      expect(await shown(page)).toStartWith("Shown: 1.48");
      await page.getByLabel("Number or id").fill("99");
      await page.keyboard.press("Enter");
      expect(await result.textContent()).toBe("The ledger holds no request gold-99");
      await page.getByLabel("Number or id").fill("<b>");
      await page.keyboard.press("Enter");
      expect(await result.textContent()).toContain('"<b>" names no request');
    });
  });
});

describe.skipIf(chromiumPath === null)("the HTML report, wherever it is opened", () => {
  test("is as wide as a telephone without scrolling sideways", async () => {
    await onPage({ width: 390 }, async (page) => {
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    });
  });

  test("shows hostile text as text", async () => {
    using dir = tempDir();
    const hostile = `</script><!--<img src=x onerror=document.title='owned'>\u2028${"x".repeat(80)}`;
    const text = await Bun.file(golden[0] ?? "").text();
    const log = dir.file("client.log");
    await Bun.write(
      log,
      text
        .replaceAll("localhost:50051", `"${hostile}"`)
        .replaceAll("error=UNAVAILABLE", `error="${hostile}"`)
        .replaceAll("state=down", "state=suspect"),
    );
    await onPage({ ledgers: [log], width: 390 }, async (page) => {
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.locator("script").count()).toBe(3);
      expect(await page.title()).toBe("dfs report: gold");
      const tables = await page.getByRole("table").allTextContents();
      expect(tables.join()).toContain("</script><!--<img src=x onerror=");
      await page.getByLabel("Number or id").fill("4");
      await page.keyboard.press("Enter");
      expect(await page.locator("#search-result").textContent()).toContain("<img src=x onerror=");
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    });
  });
});

test.skipIf(chromiumPath === null)(
  "a million requests are a page that is small, and usable at once",
  async () => {
    using dir = tempDir();
    await writeLedgers(dir.path, 1_000_000);
    const file = dir.file("report.html");
    const args = ["report", dir.file("client.log"), "--html", file];
    const { status, stderr } = await runDfs(args, { cwd: dir.path });
    expect(status, stderr).toBeLessThanOrEqual(1);
    expect(Bun.file(file).size).toBeLessThan(15e6);
    const complaints = await inChromium({ url: "about:blank" }, async (page) => {
      const beganUs = systemClock.nowUs();
      await page.goto(pathToFileURL(file).href);
      await page.locator("body[data-ready]").waitFor({ timeout: 30_000 });
      await page.locator("#zoom-in").click();
      expect(await shown(page)).toStartWith("Shown: ");
      // bench/page.ts has the exact figure, on a quiet machine about a second.
      expect(systemClock.nowUs() - beganUs).toBeLessThan(10e6);
      await page.getByLabel("Number or id").fill("1000000");
      await page.keyboard.press("Enter");
      const result = page.locator("#search-result");
      expect(await result.getByRole("heading").textContent()).toContain("-1000000");
      expect(await result.getByRole("table").textContent()).toContain("UNAVAILABLE");
    });
    expect(complaints.filter((complaint) => !complaint.endsWith("report.html"))).toEqual([]);
  },
  180_000,
);
