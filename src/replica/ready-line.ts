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

/** What it says before that, when it has a graph to load first, which takes as long as it takes. */
export interface LoadingLine {
  /** The graph's spec. */
  readonly graph: string;
}

export function formatLoadingLine(loading: LoadingLine): string {
  return JSON.stringify({ loading });
}

/** Undefined for any other line. */
export function parseLoadingLine(line: string): LoadingLine | undefined {
  const loading = fieldOf(line, "loading");
  const graph = loading?.["graph"];
  return typeof graph === "string" ? { graph } : undefined;
}

/** Undefined for any other line. */
export function parseReadyLine(line: string): ReadyLine | undefined {
  const ready = fieldOf(line, "ready");
  if (ready === undefined) return undefined;
  const { port, pid, graph } = ready;
  const isReady = typeof port === "number" && typeof pid === "number" && typeof graph === "string";
  return isReady ? { port, pid, graph } : undefined;
}

/** The object `name` of a line that holds nothing else. */
function fieldOf(line: string, name: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith(`{"${name}":`)) return undefined;
  try {
    const message: unknown = JSON.parse(line);
    const field = isObject(message) ? message[name] : undefined;
    return isObject(field) ? field : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
