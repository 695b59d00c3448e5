/**
 * The page's script as one text. A macro: it runs while the importing file is transpiled, so an
 * executable holds the finished script, and tests always see the newest one.
 */
export function bundleClient(): string {
  const entry = Bun.fileURLToPath(new URL("./client/main.ts", import.meta.url));
  // A macro may not call Bun.build, which would wait for itself.
  const { success, stdout, stderr } = Bun.spawnSync(
    [process.execPath, "build", entry, "--target=browser", "--format=iife", "--minify"],
    { timeout: bundleTimeoutMs },
  );
  if (!success) throw new Error(`Cannot bundle ${entry}:\n${stderr.toString()}`);
  return stdout.toString().replaceAll(/<(?=\/script|!--)/gi, "\\x3c");
}

const bundleTimeoutMs = 60_000;
