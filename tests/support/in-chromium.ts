import { chromium as launcher, type Page } from "playwright-core";

/** The browser as apt installs it; null where there is none. */
export const chromiumPath = Bun.which("chromium") ?? Bun.which("chromium-browser");

export interface VisitOptions {
  readonly url: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: "light" | "dark";
}

/**
 * Acts on a page in a browser of its own; returns what its console and its scripts complained of,
 * and every request that went elsewhere.
 */
export async function inChromium(
  { url, ...look }: VisitOptions,
  act: (page: Page) => Promise<void>,
): Promise<readonly string[]> {
  const args = ["--no-sandbox"];
  const browser = await launcher.launch({ executablePath: chromiumPath ?? "", args });
  try {
    const page = await browser.newPage(look);
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(url)) complaints.push(`request to ${request.url()}`);
    });
    await page.goto(url);
    await act(page);
    return complaints;
  } finally {
    await browser.close();
  }
}
