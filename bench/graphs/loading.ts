/** What it took a process of its own to load a graph. */
export interface Loading {
  readonly tookMs: number;
  /** By which the memory that is no file's grew until the graph was there. */
  readonly anonBytes: number;
  /** Of the whole process, at any time. */
  readonly peakBytes: number;
  /** Of the whole process, a second later. */
  readonly servingBytes: number;
  readonly graphBytes: number;
  readonly edgeCount: number;
  readonly storage: "shared" | "file";
  readonly fingerprint: string;
  readonly notices: readonly string[];
}

/** Loads `spec` in a fresh process; `cacheDir` empty: without a cache. */
export async function loadInChild(
  spec: string,
  cacheDir: string,
  trust: "verify" | "trust",
): Promise<Loading> {
  const program = `${import.meta.dir}/child.ts`;
  const child = Bun.spawn([process.execPath, program, spec, cacheDir, trust], {
    stdout: "pipe",
    stderr: "inherit",
    timeout: 600_000,
    killSignal: "SIGKILL",
  });
  const text = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error(`Loading ${spec} ended with ${child.exitCode}`);
  return JSON.parse(text);
}
