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
  /** Records buffered at most, so that writing them never holds the load up noticeably. */
  ledgerBatchMaxCount: 1000,
  /**
   * A run proves nothing when more than this share of its requests left more than lagLateMs after
   * they were due (a busy machine hiccups for up to some 170 ms), or any of them more than
   * lagInconclusiveMs: the generator was frozen, and a longer run would only hide it.
   */
  lagInconclusiveShare: 0.01,
  lagLateMs: 250,
  /** In a short run one hiccup of the machine is a large share; up to this many are none. */
  lagLateMinCount: 3,
  lagInconclusiveMs: 1000,
  /**
   * How long a request that has tried every replica waits for one to come back before it tries
   * again.
   */
  allOutPauseMs: 250,
  /** How long a replica that has refused a request is the last choice for others. */
  refusalPauseMs: 250,
  /** The policy adaptive learns from as many latest answers as this, beginning with the tenth. */
  latencyWindowCount: 2048,
  learnFromCount: 10,
  learnEveryCount: 8,
  /** Its timeouts before it has learned them, and what it may learn. */
  hedgeDelayInitialMs: 500,
  attemptTimeoutInitialMs: 1000,
  attemptTimeoutFloorMs: 20,
  attemptTimeoutCeilingMs: 3000,
  /** It may always rise to this; above, the median bounds it too, since a tail can be poisoned. */
  attemptTimeoutCapMs: 100,
  hedgeDelayFloorMs: 10,
  /** Hedges for each request that is sent, and how many may be saved up. */
  hedgeBudgetShare: 0.1,
  hedgeBudgetInitialTokens: 2,
  hedgeBudgetMaxTokens: 10,
  /** Of a request's time; after that one more attempt needs no budget. */
  lastChanceShare: 0.5,
  /** A request's own deadline timer fires this long before the call's. */
  deadlineSlackMs: 50,
  /**
   * A timer that fires this late was held up in this process, which then may not have read answers.
   */
  timerLateMs: 5,
  /** From the first packet of a connection to the peer's first words in HTTP/2. */
  connectTimeoutMs: 1000,
  /** Pause between attempts to connect: a share of the time without a connection, within bounds. */
  reconnectPauseShare: 0.02,
  reconnectPauseMinMs: 50,
  reconnectPauseMaxMs: 500,
  /** Bytes of one message of an answer; gRPC's own default. */
  messageMaxBytes: 4 * 1024 * 1024,
  /** How long a probe waits for its answer; the next one goes over a new connection. */
  probeTimeoutMs: 20_000,
  /** How long the demo's replicas may take to finish what is in flight when it ends. */
  demoGraceMs: 3000,
  /** An outage is over once its replica has answered and shown no sign of trouble this long. */
  outageSettleMs: 1000,
  /** Throughput and p99 before and after an outage are taken over its length, at least this. */
  outageWindowMinMs: 1000,
  /** A rate over less than this is not given: a single request would decide it. */
  outageRateMinMs: 100,
  /** What two processes of one host may differ by, when nothing in their ledgers says less. */
  sameHostClockErrorMs: 1,
  /** Requests named in a report for one finding; the count beside them is of all. */
  requestShownMaxCount: 10,
  /** Quantiles over more values than this come from a histogram, and the report says its error. */
  exactQuantileMaxCount: 1_000_000,
  /** Requests without an outcome that a table of all requests lists; the report counts all. */
  unaccountedRowMaxCount: 1_000_000,
  /** How wide a report is as a text file; a terminal says itself how wide it is. */
  textFileColumnCount: 100,
  /** A request slower than this counts as slow. */
  slowMs: 50,
  /** Above this rate the terminal shows a summary a second instead of a line a request. */
  lineRateMaxPerSecond: 20,
  /** How often `--live` redraws, and how much it draws. */
  liveRedrawMs: 250,
  sparklineMaxCount: 30,
  progressBarMaxColumns: 40,
  /** Pages that may follow a run at once. */
  liveClientMaxCount: 32,
  /** How often it is looked whether a second is over that pages are to be told. */
  liveUpdateMs: 250,
  /** Requests of a second that a page is shown one by one: what failed, the slowest, a sample. */
  liveRequestMaxPerSecond: 400,
  /** Changes of state, faults and restarts of a second that a page is told. */
  liveChangeMaxPerSecond: 200,
  /** Events kept for pages that are opened late; of older ones nothing is left to show. */
  liveBacklogMaxBytes: 64 * 1024 * 1024,
  /** Requests, and failed attempts, that a live page keeps; of more, the older half goes. */
  liveRowMaxCount: 500_000,
  /** Lines of what happened that a live page keeps. */
  liveLineMaxCount: 500,
  /** What a page that catches up is sent at once, and the pause before it is sent more. */
  liveChunkMaxBytes: 128 * 1024,
  liveChunkPauseMs: 10,
  /** A page that has read nothing for this long is dropped. */
  liveStalledMs: 10_000,
  /** How long pages have to read the last event before the server ends. */
  liveFarewellMs: 1000,
  /**
   * What a link holds of one direction of a connection, above which it reads no more of it; of all
   * together, above which no connection may hold more than one read.
   */
  linkHeldMaxBytes: 32 * 1024 * 1024,
  linkHeldTotalMaxBytes: 128 * 1024 * 1024,
  linkBlockBytes: 64 * 1024,
  /** With a bandwidth it holds what is under way and a queue of this, but at least so much. */
  linkQueueMs: 100,
  linkQueueMinBytes: 64 * 1024,
  /** What each piece that is held counts beside its bytes. */
  linkPieceBytes: 200,
  /** Connections sharing a bandwidth send this much in turn; idle, they save up to this. */
  linkTurnMs: 5,
  linkBurstMs: 50,
  linkLatencyMaxMs: 60_000,
  linkBandwidthMinBytesPerS: 100,
  linkBandwidthMaxBytesPerS: 100e9,
} as const;
