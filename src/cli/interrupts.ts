/** Ctrl-C and its kin, as abort signals: once asks to end in order, twice to leave at once. */
export interface Interrupts {
  /** Aborted by the first SIGINT, SIGTERM, SIGHUP or SIGQUIT; its reason is the signal's name. */
  readonly soft: AbortSignal;
  /** Aborted by the second. */
  readonly hard: AbortSignal;
}

const signalNames = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/** From now on those signals no longer end the process; whoever runs must watch `soft`. */
export function watchInterrupts(): Interrupts {
  const soft = new AbortController();
  const hard = new AbortController();
  for (const name of signalNames) {
    process.on(name, () => {
      const next = soft.signal.aborted ? hard : soft;
      next.abort(name);
    });
  }
  return { soft: soft.signal, hard: hard.signal };
}

/** For a process that undoes what others leave: aborted by SIGTERM; the others do nothing. */
export function watchTermination(): AbortSignal {
  const termination = new AbortController();
  for (const name of signalNames) {
    process.on(name, () => {
      if (name === "SIGTERM") termination.abort(name);
    });
  }
  return termination.signal;
}
