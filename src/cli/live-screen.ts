import type { CancelTimer, Clock } from "../base/clock.ts";
import { formatEndpoint } from "../base/endpoint.ts";
import { limits } from "../base/limits.ts";
import type { LoadObserver } from "../load/drive-load.ts";
import type { LoadConfig } from "../load/load-config.ts";
import { isTimed } from "../load/load-profile.ts";
import type { LiveRegion } from "./live-region.ts";
import { LiveView } from "./live-view.ts";
import type { Terminal } from "./terminal.ts";

/** The picture of a load at the foot of the terminal. */
export interface LiveScreen {
  readonly observer: LoadObserver;
  close(): void;
}

/** Undefined, with a notice, when standard output is no terminal that can be redrawn. */
export function openLiveScreen(
  config: LoadConfig,
  terminal: Terminal,
  clock: Clock,
): LiveScreen | undefined {
  const region = terminal.openRegion();
  if (region === undefined) {
    terminal.notices.info("--live needs standard output to be a terminal; showing lines instead");
    return undefined;
  }
  const { profile, durationMs } = config;
  const replicas = config.replicas.map(formatEndpoint);
  const view = new LiveView({
    replicas,
    durationMs: isTimed(profile, durationMs) ? durationMs : undefined,
    totalCount: profile.totalCount,
    hasRequests: config.mode === "unary",
    hasStreams: config.streams !== undefined,
  });
  const stop = redrawing(() => draw(view, region, terminal, clock), clock);
  return {
    observer: viewObserver(view, clock),
    close() {
      stop();
      region.close();
    },
  };
}

function draw(view: LiveView, region: LiveRegion, { color }: Terminal, clock: Clock): void {
  const { columns: width, rows: height } = region;
  region.draw(view.lines(clock.nowUs(), { color, width, height }));
}

function redrawing(action: () => void, clock: Clock): () => void {
  let cancel: CancelTimer = () => undefined;
  const next = () => {
    action();
    cancel = clock.after(limits.liveRedrawMs, next);
  };
  next();
  return () => cancel();
}

function viewObserver(view: LiveView, clock: Clock): LoadObserver {
  return {
    onPreflight: () => undefined,
    onSubject: () => view.begin(clock.nowUs()),
    onAttemptFailure: () => undefined,
    onReplicaChange: ({ endpoint, state }) => view.replicaChanged(formatEndpoint(endpoint), state),
    onOtherGraph: () => undefined,
    onSettled: ({ record }) => view.settled(record),
    onSecond: ({ inFlight }) => view.second(inFlight),
    onGap: () => view.gap(),
    onStreamEnded: (_number, { outcome }) => view.streamEnded(outcome),
    onFlow: ({ open, items }) => view.flow(open, items),
  };
}
