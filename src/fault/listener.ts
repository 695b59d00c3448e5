/** A TCP socket of this host in the listening state. */
export interface Listener {
  readonly protocol: "tcp";
  /** Local address, canonical (ip-address.ts); `0.0.0.0` and `::` are the wildcards. */
  readonly address: string;
  readonly port: number;
  /**
   * Undefined when this user may not see the owner. A socket shared by n processes is n listeners.
   */
  readonly pid: number | undefined;
  /** The owner as far as the source tells, known even where the process is not visible. */
  readonly uid: number | undefined;
}

/** One way to list the listeners of this host. */
export interface ListenerSource {
  readonly name: string;
  /**
   * All TCP listeners; rejects with a `fault` error when it cannot tell, which is not the same as
   * none.
   */
  list(): Promise<readonly Listener[]>;
}
