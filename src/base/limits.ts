/**
 * Every bound of the product in one place; each is a fact a user may meet, so each has its unit.
 */
export const limits = {
  /** Vertices of a graph a replica will build for a request. */
  vertexMaxCount: 50_000_000,
  /** Graphs a replica keeps, most recently used first. */
  graphCacheMaxCount: 4,
  replicaMaxCount: 64,
  rateMaxPerSecond: 100_000,
  durationMaxMs: 30 * 24 * 3_600_000,
  /** Requests in flight at which the load stops sending and counts the rest as not sent. */
  inFlightMaxCount: 100_000,
  /** Requests sent before answers are read again. */
  launchBatchMaxCount: 256,
  /** Characters of an error text kept in a record. */
  errorTextMaxLength: 300,
  /** Records buffered this long are written; a SIGKILL loses no more than that. */
  ledgerFlushMs: 200,
  /**
   * A run proves nothing when more than this share of its requests left more than lagLateMs after
   * they were due (a busy machine hiccups for up to some 170 ms), or any of them more than
   * lagInconclusiveMs: the generator was frozen, and a longer run would only hide it.
   */
  lagInconclusiveShare: 0.01,
  lagLateMs: 250,
  lagInconclusiveMs: 1000,
  /**
   * How long a request that has tried every replica waits for one to come back before it tries
   * again.
   */
  allOutPauseMs: 250,
  /** How long a probe waits for its answer before it is sent again. */
  probeTimeoutMs: 60_000,
  /** How long the demo's replicas may take to finish what is in flight when it ends. */
  demoGraceMs: 3000,
  /** Above this rate the terminal shows a summary a second instead of a line a request. */
  lineRateMaxPerSecond: 20,
} as const;
