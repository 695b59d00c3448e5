/**
 * Makes docs/report.png, the picture in README: plays `dfs demo` with three replicas for real,
 * opens the report it leaves in Chromium, and keeps the summary and the timeline. Run after a
 * build: bun bench/screenshot.ts
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { binaryPath, hostTarget } from "../build.ts";
import { chromiumPath, inChromium } from "../tests/support/in-chromium.ts";

const bytesMax = 300_000;
const width = 1280;

if (chromiumPath === null) throw new Error("no chromium: apt install chromium");
const directory = mkdtempSync(join(tmpdir(), "dfs-screenshot-"));
try {
  const args = ["demo", "--num-replicas", "3", "--rate", "60", "--directory", directory];
  const demo = Bun.spawn([binaryPath(hostTarget()), ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const status = await demo.exited;
  if (status !== 0) throw new Error(`dfs demo ended with status ${status}`);
  const docs = join(import.meta.dir, "../docs");
  mkdirSync(docs, { recursive: true });
  const path = join(docs, "report.png");
  await takePicture(pathToFileURL(join(directory, "report.html")).href, path);
  const { size } = statSync(path);
  console.log(`docs/report.png: ${(size / 1000).toFixed(0)} kB`);
  if (size > bytesMax) throw new Error(`docs/report.png has more than ${bytesMax} bytes`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function takePicture(url: string, path: string): Promise<void> {
  const viewport = { width, height: 900 };
  const complaints = await inChromium({ url, viewport, colorScheme: "light" }, async (page) => {
    await page.locator("body[data-ready]").waitFor({ timeout: 10_000 });
    const timeline = await page.locator("#timeline").boundingBox();
    if (timeline === null) throw new Error("the page has no timeline");
    const height = Math.ceil(timeline.y + timeline.height + 20);
    await page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width, height } });
  });
  const [unexpected] = complaints;
  if (unexpected !== undefined) throw new Error(unexpected);
}
