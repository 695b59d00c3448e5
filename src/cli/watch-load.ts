import type { Clock } from "../base/clock.ts";
import type { LoadObserver } from "../load/drive-load.ts";
import type { LoadConfig } from "../load/load-config.ts";
import { openLiveScreen } from "./live-screen.ts";
import { type LineDetail, LoadLines } from "./load-lines.ts";
import { both, terminalObserver } from "./load-observer.ts";
import { StreamLines } from "./stream-lines.ts";
import type { Terminal } from "./terminal.ts";

/** A load as the terminal shows it while it runs. */
export interface LoadWatch {
  readonly observer: LoadObserver;
  /** Nothing is redrawn any more. */
  close(): void;
}

/** Lines of `detail`; with `live` a picture at the foot of them, where the terminal allows it. */
export function watchLoad(
  config: LoadConfig,
  { detail, live }: { readonly detail: LineDetail; readonly live: boolean },
  { terminal, clock }: { readonly terminal: Terminal; readonly clock: Clock },
): LoadWatch {
  const print = (line: string) => terminal.line(line);
  const linesOf = (lineDetail: LineDetail) => {
    const isWatched = config.mode === "stream" && lineDetail !== "events";
    const streams = new StreamLines(isWatched ? "seconds" : "events", print);
    return terminalObserver(new LoadLines(lineDetail, print), streams, terminal);
  };
  const screen = live ? openLiveScreen(config, terminal, clock) : undefined;
  if (screen === undefined) return { observer: linesOf(detail), close: () => undefined };
  return { observer: both(linesOf("events"), screen.observer), close: screen.close };
}
