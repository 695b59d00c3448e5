/** How a process ended: by itself with a status, by a signal, or because it never started. */
export type ProcessEnd =
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "signal"; readonly signal: string }
  | { readonly kind: "never-started"; readonly message: string };

/** Anything but a clean end, status 0. */
export function isCrash(end: ProcessEnd): boolean {
  return end.kind !== "status" || end.status !== 0;
}

/** `SIGKILL`, `status 1`. */
export function describeEnd(end: ProcessEnd): string {
  switch (end.kind) {
    case "status":
      return `status ${end.status}`;
    case "signal":
      return end.signal;
    case "never-started":
      return `not started: ${end.message}`;
  }
}
