import { dlopen, ptr } from "bun:ffi";
import { getPriority } from "node:os";
import { limits } from "../base/limits.ts";

/** The number of the system call sched_setattr. */
const callNumbers: Partial<Record<NodeJS.Architecture, number>> = { x64: 314, arm64: 274 };

/**
 * Asks Linux to let the calling thread run for a short time at once but soon after it wakes,
 * whoever else runs: sched_setattr(2) with a slice, which Linux heeds since 6.12. Returns whether
 * it was taken; nothing depends on it.
 */
export function askForShortSlices(): boolean {
  const callNumber = callNumbers[process.arch];
  if (process.platform !== "linux" || callNumber === undefined) return false;
  try {
    // There is no name for it in older C libraries.
    const { symbols, close } = dlopen("libc.so.6", {
      syscall: { args: ["i64", "i32", "ptr", "u32"], returns: "i64" },
    });
    const attributes = attributesOf(getPriority(), limits.paceSliceUs);
    const result = Number(symbols.syscall(callNumber, 0, ptr(attributes), 0));
    close();
    return result === 0;
  } catch {
    return false;
  }
}

/** SCHED_FLAG_KEEP_POLICY: whoever chose another than the usual one keeps it. */
const keepPolicy = 8n;

/** `struct sched_attr` in its first version. */
function attributesOf(niceLevel: number, sliceUs: number): Uint8Array {
  const attributes = new DataView(new ArrayBuffer(48));
  attributes.setUint32(0, attributes.byteLength, true);
  attributes.setBigUint64(8, keepPolicy, true);
  attributes.setInt32(16, niceLevel, true);
  attributes.setBigUint64(24, BigInt(sliceUs * 1000), true);
  return new Uint8Array(attributes.buffer);
}
