const prSetPdeathsig = 1;
const sigcont = 18;

/**
 * Asks Linux to send this process SIGCONT when the one that started it dies. A supervised replica
 * ends when its stdin does, but a replica that is suspended at that moment (a stall) cannot read:
 * woken, it can, and nothing is left behind. SIGCONT does nothing to a process that runs, so a
 * spurious one is harmless. False where this is not possible; there a suspended replica waits until
 * somebody resumes it.
 */
export async function wakeWhenParentDies(): Promise<boolean> {
  if (process.platform !== "linux") return false;
  try {
    const { dlopen } = await import("bun:ffi");
    const libc = dlopen("libc.so.6", {
      prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
    });
    return libc.symbols.prctl(prSetPdeathsig, sigcont, 0, 0, 0) === 0;
  } catch {
    return false;
  }
}
