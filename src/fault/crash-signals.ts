import { constants } from "node:os";

/** Signals whose default action ends a process. */
export const crashSignals = [
  "SIGKILL",
  "SIGTERM",
  "SIGINT",
  "SIGHUP",
  "SIGQUIT",
  "SIGABRT",
  "SIGSEGV",
  "SIGBUS",
  "SIGFPE",
  "SIGILL",
  "SIGTRAP",
  "SIGPIPE",
  "SIGALRM",
  "SIGUSR1",
  "SIGUSR2",
] as const;

export type CrashSignal = (typeof crashSignals)[number];

/** `SIGTERM`, `TERM`, `term` or `15`; undefined when it names none of crashSignals. */
export function parseCrashSignal(text: string): CrashSignal | undefined {
  const name = text.toUpperCase().replace(/^(SIG)?/, "SIG");
  return crashSignals.find((signal) =>
    /^\d+$/.test(text) ? numberOf(signal) === Number(text) : signal === name,
  );
}

/** Its number on this system; undefined where the system has no such signal. */
export function numberOf(signal: CrashSignal): number | undefined {
  const numbers: Partial<Record<string, number>> = constants.signals;
  return numbers[signal];
}
