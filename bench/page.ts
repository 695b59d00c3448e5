/**
 * What the HTML report of a large run costs: the time of `dfs report --html` on the executable, the
 * size of the file, and how long Chromium takes from opening it to charts that answer. Bounds for a
 * million requests: 20 s, 15 MB, 3 s. Run after a build: bun bench/page.ts [requests]
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { binaryPath, hostTarget } from "../build.ts";
import { systemClock } from "../src/base/clock.ts";
import { chromiumPath, inChromium } from "../tests/support/in-chromium.ts";
import { writeLedgers } from "./large-ledgers.ts";

const [requests = "1000000"] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), "dfs-bench-"));
try {
  await writeLedgers(directory, Number(requests));
  const file = join(directory, "report.html");
  const writeMs = await timed(async () => {
    const args = ["report", join(directory, "client.log"), "--html", file, "--format", "json"];
    const child = Bun.spawn([binaryPath(hostTarget()), ...args], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    if ((await child.exited) > 1) throw new Error("dfs report failed");
  });
  const { openMs, zoomMs } = await open(file);
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  console.log(
    `${requests} requests: written in ${seconds(writeMs)}, ` +
      `${(statSync(file).size / 1e6).toFixed(2)} MB, usable after ${seconds(openMs)}, ` +
      `zoomed in ${seconds(zoomMs)}`,
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function open(file: string): Promise<{ openMs: number; zoomMs: number }> {
  if (chromiumPath === null) throw new Error("no chromium: apt install chromium");
  const costs = { openMs: 0, zoomMs: 0 };
  const url = pathToFileURL(file).href;
  const complaints = await inChromium({ url: "about:blank" }, async (page) => {
    // Until the script is done and what it drew has been painted.
    const painted = () =>
      page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))");
    costs.openMs = await timed(async () => {
      await page.goto(url);
      await page.locator("body[data-ready]").waitFor({ timeout: 60_000 });
      await painted();
    });
    costs.zoomMs = await timed(async () => {
      await page.locator("#zoom-in").click();
      await painted();
    });
  });
  const [unexpected] = complaints.filter((complaint) => complaint !== `request to ${url}`);
  if (unexpected !== undefined) throw new Error(unexpected);
  return costs;
}

async function timed(act: () => Promise<void>): Promise<number> {
  const beganUs = systemClock.nowUs();
  await act();
  return (systemClock.nowUs() - beganUs) / 1000;
}
