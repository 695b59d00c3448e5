import { type Clock, sleep, waitUntil } from "../../base/clock.ts";
import { formatEndpoint } from "../../base/endpoint.ts";
import { DfsError } from "../../base/errors.ts";
import type { FaultRecord } from "../../ledger/record.ts";
import { isRefused } from "./is-refused.ts";
import { linkFaultNames } from "./link-faults.ts";
import {
  assertPossible,
  type LinkOptions,
  type LinkRequest,
  type LinkResult,
} from "./link-request.ts";
import { Relay } from "./relay.ts";

/**
 * Relays connections until `forMs` have passed or the signal is aborted, with the faults acting
 * from `delayMs` for `durationMs`. Rejects with a usage error for what cannot be meant, with
 * `cannot-run` when it cannot listen, and with `fault` when connections go on being taken that were
 * to be refused. The relay is closed however it ends.
 */
export async function runLink(request: LinkRequest, options: LinkOptions): Promise<LinkResult> {
  assertPossible(request);
  const { clock, notify } = options;
  const relay = new Relay({ ...request, clock, onUnreachable: onceInARow(options) });
  const openedUs = clock.nowUs();
  try {
    notify({ kind: "opened", tUs: openedUs, addresses: relay.addresses });
    const outcome = await playOut(relay, request, { ...options, openedUs });
    return { outcome, totals: relay.totals };
  } finally {
    const { openCount, totals } = relay;
    relay.close();
    const tUs = clock.nowUs();
    notify({ kind: "closed", tUs, openMs: (tUs - openedUs) / 1000, totals, openCount });
  }
}

/** Opens and closes the relay; resolves with whether the server takes connections. */
export async function rehearseLink(request: LinkRequest, clock: Clock): Promise<boolean> {
  assertPossible(request);
  new Relay({ ...request, clock, onUnreachable: () => undefined }).close();
  return !(await isRefused(formatEndpoint(request.to), clock));
}

type Stage = LinkOptions & { readonly openedUs: number };

async function playOut(
  relay: Relay,
  request: LinkRequest,
  stage: Stage,
): Promise<LinkResult["outcome"]> {
  const { signal } = stage;
  const { delayMs, durationMs, forMs } = request;
  const hasFault = linkFaultNames(request.faults).length > 0;
  if (hasFault) {
    await sleepUntil(stage, delayMs);
    if (signal.aborted) return "cut-short";
    await faultActs(relay, request, stage);
    if (signal.aborted && durationMs !== undefined) return "cut-short";
  }
  if (!signal.aborted) await sleepUntil(stage, forMs);
  // Without a planned end the signal is how it is meant to end.
  return signal.aborted && forMs !== undefined ? "cut-short" : "done";
}

/** From the begin of the fault to its end, with the records of both. */
async function faultActs(relay: Relay, request: LinkRequest, stage: Stage): Promise<void> {
  const { clock, signal, notify, ledger } = stage;
  const { faults, delayMs, durationMs, forMs } = request;
  const record = (phase: FaultRecord["phase"], tUs: number) => {
    for (const fault of linkFaultNames(faults)) {
      const { port } = request.listen;
      const { pid } = process;
      ledger.append({
        ...{ kind: "fault", tUs, run: stage.run, fault, phase, port, pid, process: "dfs" },
      });
    }
  };
  const { openCount } = relay;
  const { addresses } = relay;
  relay.begin(faults);
  if (faults.refuse) await proveRefused(addresses, stage);
  const begunUs = clock.nowUs();
  record("begin", begunUs);
  notify({ kind: "begun", tUs: begunUs, openCount });
  const endMs = durationMs === undefined ? forMs : delayMs + durationMs;
  await sleepUntil(stage, endMs);
  if (signal.aborted || (durationMs === undefined && forMs !== undefined)) {
    // It ends with the relay.
    relay.close();
  } else relay.end();
  const tUs = clock.nowUs();
  record("end", tUs);
  notify({ kind: "over", tUs, actedMs: (tUs - begunUs) / 1000 });
}

/** Waits until so long after the opening, or for ever, or for the signal. */
async function sleepUntil({ clock, signal, openedUs }: Stage, atMs: number | undefined) {
  const leftMs = () =>
    atMs === undefined ? Number.POSITIVE_INFINITY : atMs - (clock.nowUs() - openedUs) / 1000;
  // No timer is longer than 24 days.
  while (!signal.aborted && leftMs() > 0) await sleep(clock, leftMs(), signal);
}

const refusedWithinMs = 2000;

async function proveRefused(addresses: readonly string[], { clock }: Stage): Promise<void> {
  const areRefused = async () => {
    const answers = await Promise.all(addresses.map((address) => isRefused(address, clock)));
    return answers.every((answer) => answer);
  };
  if (await waitUntil(clock, areRefused, { withinMs: refusedWithinMs, everyMs: 10 })) return;
  const places = addresses.join(" and ");
  throw new DfsError(
    "fault",
    `Cannot prove that connections are refused: ${places} still takes them ` +
      `${refusedWithinMs / 1000} s after it was closed; does another process listen there too?`,
  );
}

/** A client that tries again ten times a second is told about once, not ten times a second. */
function onceInARow({ clock, notify }: LinkOptions): () => void {
  let quietUntilUs = 0;
  return () => {
    const tUs = clock.nowUs();
    if (tUs >= quietUntilUs) notify({ kind: "unreachable", tUs });
    quietUntilUs = tUs + 5_000_000;
  };
}
