/**
 * What the user must know or mend, as opposed to a bug: one clear line, an exit status, no stack
 * trace.
 */
export class DfsError extends Error {
  readonly code: DfsErrorCode;

  constructor(code: DfsErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "DfsError";
    this.code = code;
  }
}

/**
 * `usage`: the command line is wrong. `fault`: a fault found no target, may not touch it, or its
 * effect could not be proved. `cannot-run`: port taken, file, connection. Anything else is a bug
 * (internal).
 */
export type DfsErrorCode = "usage" | "fault" | "cannot-run";

/** States a condition the code relies on; a violation is a bug and says so. */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${claim}`);
}

/** The `code` of a system error such as ENOENT, if it carries one. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** A one-line text for any thrown value. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, " ").trim();
}
