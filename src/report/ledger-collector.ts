import { DfsError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import type {
  EndRecord,
  ExecutionRecord,
  FaultRecord,
  LedgerRecord,
  RestartRecord,
  RunRecord,
} from "../ledger/record.ts";
import { runOfRequest, streamId } from "../ledger/record.ts";
import type { LedgerSink } from "../ledger/writer.ts";
import { RunData } from "./run-data.ts";

/**
 * Which client runs are kept; `newest` is the newest of each file, since several load machines may
 * make one run. Of the others only the header is, so an old log costs no memory.
 */
export type RunSelection = "newest" | "all" | { readonly run: string };

/** One life of a server process, as its ledger tells it. */
export interface ServerRun {
  /** Undefined: its file does not begin with a header. */
  readonly header: RunRecord | undefined;
  readonly path: string;
  /** Its footer; undefined when it crashed or still runs. */
  end: EndRecord | undefined;
  /** Executions in its ledger, of any run's requests or of nobody's. */
  executionCount: number;
  /** Executions of a predecessor in the same file, which left no footer, may be counted as its. */
  readonly followsUnfinished: boolean;
  /** Another life in the same file overlapped it: whose executions are whose is not known. */
  isMixed: boolean;
}

/** The path under which a load that keeps no ledger file hands its records over. */
export const unkeptSource = "this run";

/** A supervisor's record, with the header that says on which host it was written. */
export interface RestartEntry {
  readonly record: RestartRecord;
  readonly header: RunRecord | undefined;
}

/** What a file gave. */
export interface SourceFacts {
  readonly path: string;
  readonly recordCounts: ReadonlyMap<LedgerRecord["kind"], number>;
  readonly skippedLineCount: number;
}

/**
 * Takes the records of any number of ledgers, one by one, as they are read or as they happen. Each
 * source keeps its own order; how sources are interleaved changes nothing. Throws `cannot-run` when
 * two sources hold the same run, since everything in a copy would be counted twice.
 */
export class LedgerCollector {
  readonly selection: RunSelection;
  readonly servers: ServerRun[] = [];
  readonly faults: FaultRecord[] = [];
  readonly restarts: RestartEntry[] = [];
  readonly #runs = new Map<string, RunData>();
  readonly #headers = new Map<string, { header: RunRecord; path: string }>();
  readonly #sources: LedgerSource[] = [];
  readonly #newestByPath = new Map<string, RunRecord>();
  #located: RunData | undefined;

  constructor(selection: RunSelection = "newest") {
    this.selection = selection;
  }

  /** Where the records of one file go, in its order; `path` is how the report names it. */
  source(path: string): LedgerSource {
    const source = new LedgerSource(this, path);
    this.#sources.push(source);
    return source;
  }

  get sources(): readonly SourceFacts[] {
    return this.#sources.toSorted((a, b) => compareText(a.path, b.path));
  }

  /** The header of any run: of a load, a server, a fault. */
  header(run: string): RunRecord | undefined {
    return this.#headers.get(run)?.header;
  }

  /** Client runs with their data, the newest first. */
  get runs(): readonly RunData[] {
    return [...this.#runs.values()]
      .filter((data) => data.hasClientRecords || data.header !== undefined)
      .sort((a, b) => b.startUs - a.startUs || compareText(a.run, b.run));
  }

  /** Headers of client runs, whether their data was kept or not, the newest first. */
  get clientHeaders(): readonly RunRecord[] {
    return [...this.#headers.values()]
      .map(({ header }) => header)
      .filter(isClientRun)
      .sort(newestFirst);
  }

  /** Whether the records of `run` are in a file, or were only seen as they happened. */
  isKeptInFile(run: string): boolean {
    return this.#headers.get(run)?.path !== unkeptSource;
  }

  addHeader(header: RunRecord, path: string): void {
    const known = this.#headers.get(header.run);
    if (known !== undefined) {
      if (known.path === path) return;
      throw new DfsError(
        "cannot-run",
        printable(
          `Cannot report as run ${header.run} is in two files, ${known.path} and ${path}: name only one of them`,
        ),
      );
    }
    this.#headers.set(header.run, { header, path });
    if (!isClientRun(header)) return;
    let older: RunRecord | undefined = header;
    const newest = this.#newestByPath.get(path);
    if (newest === undefined || newestFirst(header, newest) < 0) {
      older = newest;
      this.#newestByPath.set(path, header);
    }
    if (older !== undefined && this.selection === "newest") this.#forget(older.run);
    const data = this.runData(header.run);
    if (data !== undefined) data.header = header;
  }

  addEnd(end: EndRecord): void {
    // Servers and faults have footers too; a footer alone makes no client run.
    const data = this.#runs.get(end.run);
    if (data === undefined) return;
    data.end = end;
    data.seen(end.tUs);
  }

  addExecution(record: ExecutionRecord, server: number): void {
    const life = this.servers[server];
    if (life !== undefined) life.executionCount++;
    const located = this.locate(record.request);
    located?.data.addExecution(located.number, server, record);
  }

  /** The run and number of a request id, or undefined when it is not kept, or no id of ours. */
  locate(request: string): { data: RunData; number: number } | undefined {
    const last = this.#located;
    if (last !== undefined && startsWithRun(request, last.run)) {
      const number = numberFrom(request, last.run.length + 1);
      if (number !== undefined) return { data: last, number };
    }
    const run = runOfRequest(request);
    const number = numberFrom(request, run.length + 1);
    if (run === "" || number === undefined) return undefined;
    const data = this.runData(run);
    if (data === undefined) return undefined;
    this.#located = data;
    return { data, number };
  }

  /** The run and number of a stream's id, as locate() of a request's. */
  locateStream(stream: string): { data: RunData; number: number } | undefined {
    const run = runOfRequest(stream);
    const start = streamId(run, 0).length - 1;
    const number = stream.startsWith("-s", run.length) ? numberFrom(stream, start) : undefined;
    const data = run === "" || number === undefined ? undefined : this.runData(run);
    return data === undefined || number === undefined ? undefined : { data, number };
  }

  /** The data of `run`, undefined when the selection leaves it out. */
  runData(run: string): RunData | undefined {
    if (!this.#isKept(run)) return undefined;
    let data = this.#runs.get(run);
    if (data === undefined) {
      data = new RunData(run);
      this.#runs.set(run, data);
    }
    return data;
  }

  /** A run without a header may still prove to be the newest, so it is kept until the end. */
  #isKept(run: string): boolean {
    const { selection } = this;
    if (selection === "all") return true;
    if (selection !== "newest") return run === selection.run;
    const path = this.#headers.get(run)?.path;
    return path === undefined || this.#newestByPath.get(path)?.run === run;
  }

  #forget(run: string): void {
    this.#runs.delete(run);
    if (this.#located?.run === run) this.#located = undefined;
  }
}

/** One file's records, in its order. */
export class LedgerSource implements LedgerSink, SourceFacts {
  readonly path: string;
  skippedLineCount = 0;
  readonly recordCounts = new Map<LedgerRecord["kind"], number>();
  readonly #ledger: LedgerCollector;
  /** The server run that the file's executions belong to, by its index. */
  #server: number | undefined;
  /** All lives of server processes in this file. */
  readonly #lives: ServerRun[] = [];

  constructor(ledger: LedgerCollector, path: string) {
    this.#ledger = ledger;
    this.path = path;
  }

  append(record: LedgerRecord): void {
    this.recordCounts.set(record.kind, (this.recordCounts.get(record.kind) ?? 0) + 1);
    switch (record.kind) {
      case "ok":
      case "attempt":
      case "request":
        this.#addOfRequest(record);
        break;
      case "execution":
        this.#server ??= this.#addServer(undefined);
        this.#ledger.addExecution(record, this.#server);
        break;
      case "stream":
      case "gap":
        this.#addOfStream(record);
        break;
      case "tick":
      case "replica":
      case "flow":
        this.#addOfRun(record);
        break;
      case "run":
        this.#addHeader(record);
        break;
      case "end":
        this.#ledger.addEnd(record);
        this.#endServer(record);
        break;
      case "fault":
        this.#ledger.faults.push(record);
        break;
      case "restart":
        this.#ledger.restarts.push({ record, header: this.#serverHeader() });
        break;
    }
  }

  #addHeader(header: RunRecord): void {
    this.#ledger.addHeader(header, this.path);
    if (header.command === "serve") this.#server = this.#addServer(header);
    if (isClientRun(header)) this.#ledger.runData(header.run)?.seen(header.tUs);
  }

  #addOfRequest(record: LedgerRecord & { kind: "ok" | "attempt" | "request" }): void {
    const located = this.#ledger.locate(record.request);
    if (located === undefined) return;
    const { data, number } = located;
    data.seen(record.tUs);
    if (record.kind === "ok") data.addOk(number, record);
    else if (record.kind === "attempt") data.addAttempt(number, record);
    else data.addUnsuccessful(number, record);
  }

  #addOfStream(record: LedgerRecord & { kind: "stream" | "gap" }): void {
    const located = this.#ledger.locateStream(record.stream);
    if (located === undefined) return;
    const { data, number } = located;
    data.seen(record.tUs);
    if (record.kind === "stream") data.streams.addStream(number, record);
    else data.streams.addGap(number, record);
  }

  #addOfRun(record: LedgerRecord & { kind: "tick" | "replica" | "flow" }): void {
    const data = this.#ledger.runData(record.run);
    if (data === undefined) return;
    data.seen(record.tUs);
    if (record.kind === "tick") data.addTick(record);
    else if (record.kind === "flow") data.streams.addFlow(record);
    else data.states.push(record);
  }

  #addServer(header: RunRecord | undefined): number {
    const last = this.#lives.at(-1);
    const life: ServerRun = {
      ...{ header, path: this.path, end: undefined, executionCount: 0, isMixed: false },
      followsUnfinished: last !== undefined && last.end === undefined,
    };
    this.#lives.push(life);
    return this.#ledger.servers.push(life) - 1;
  }

  #endServer(end: EndRecord): void {
    const index = this.#lives.findIndex(({ header }) => header?.run === end.run);
    const life = this.#lives[index];
    if (life === undefined) return;
    life.end = end;
    if (index === this.#lives.length - 1) return;
    for (const mixed of this.#lives.slice(index)) mixed.isMixed = true;
  }

  #serverHeader(): RunRecord | undefined {
    return this.#server === undefined ? undefined : this.#ledger.servers[this.#server]?.header;
  }
}

function isClientRun(header: RunRecord): boolean {
  return header.command === "load";
}

function newestFirst(a: RunRecord, b: RunRecord): number {
  return b.tUs - a.tUs || compareText(a.run, b.run);
}

/** Code unit order: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const dash = 0x2d;
const digitZero = 0x30;

function startsWithRun(request: string, run: string): boolean {
  return request.charCodeAt(run.length) === dash && request.startsWith(run);
}

/** The whole number that fills `text` from `start`, at most 15 digits so that it is exact. */
function numberFrom(text: string, start: number): number | undefined {
  if (start >= text.length || text.length - start > 15) return undefined;
  let number = 0;
  for (let at = start; at < text.length; at++) {
    const digit = text.charCodeAt(at) - digitZero;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number;
}
