/** What a supervised replica says first on its stdout, for its supervisor and not for people. */
export interface ReadyLine {
  readonly port: number;
  readonly pid: number;
  /** The default graph's spec. */
  readonly graph: string;
}

export function formatReadyLine(ready: ReadyLine): string {
  return JSON.stringify({ ready });
}

/** Undefined for any other line. */
export function parseReadyLine(line: string): ReadyLine | undefined {
  if (!line.startsWith('{"ready":')) return undefined;
  try {
    const message: unknown = JSON.parse(line);
    const ready = isObject(message) ? message["ready"] : undefined;
    if (!isObject(ready)) return undefined;
    const { port, pid, graph } = ready;
    const isReady =
      typeof port === "number" && typeof pid === "number" && typeof graph === "string";
    return isReady ? { port, pid, graph } : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
