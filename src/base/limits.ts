/**
 * Every bound of the product in one place; each is a fact a user may meet, so each has its unit.
 */
export const limits = {
  /** Vertices of a graph a replica will build for a request. */
  vertexMaxCount: 50_000_000,
  /** Graphs a replica keeps, most recently used first. */
  graphCacheMaxCount: 4,
  /**
   * Vertices and edges of any graph: the arrays of a search, 8 bytes a vertex, and of the targets,
   * 4 bytes an edge, are then at most the 4 GiB that one array may be.
   */
  graphVertexMaxCount: 2 ** 29,
  graphEdgeMaxCount: 2 ** 30,
  /** After this long nobody writes a half-written cache file any more: it may be removed. */
  cacheLeftoverMs: 3_600_000,
  /** Bytes of all names of a graph's vertices together. */
  namesMaxBytes: 2 ** 31,
  /** Graphs modular:N that a replica makes at once for requests. */
  graphBuildMaxCount: 2,
  /** Vertices and edges together of a graph that is searched beside whatever else is answered. */
  inlineSearchMaxCount: 250_000,
  /** Edges and candidate roots that a search looks at before it looks at the clock. */
  searchSliceStepCount: 8192,
  /** A search's turn in its thread: so long other searches, and whoever cancels it, may wait. */
  searchTurnMs: 4,
  /** The same in the thread that answers the calls. */
  inlineTurnMs: 1,
  /** Searches under way at once, a thread: they share it, so that short ones overtake. */
  searchesPerThreadMaxCount: 4,
  /** Searches that wait for one of these to end. */
  searchQueueMaxCount: 256,
  /** Memory of the searches under way, beside the graphs: 13 bytes a vertex each. */
  searchMemoryMaxBytes: 512 * 1024 * 1024,
  /** Memory that a thread keeps of a search that is over, for the next. */
  searchMemoryKeptMaxBytes: 256 * 1024 * 1024,
  /** More memory than this is collected as soon as a search that is over lets go of it. */
  searchMemoryCollectMinBytes: 16 * 1024 * 1024,
  /** Traversals under way at once, and their memory: 8 1/8 bytes a vertex each. */
  traversalMaxCount: 64,
  traversalMemoryMaxBytes: 512 * 1024 * 1024,
  /**
   * A traversal whose reader has taken nothing of what waits for it for so long gives up its place
   * when others want it.
   */
  traversalStalledMs: 3000,
  /** Batches of one traversal on the way to its reader. */
  traversalCreditCount: 4,
  /** Vertices in a batch when the reader does not say, with names, and at most. */
  batchDefaultCount: 32_768,
  batchWithNamesDefaultCount: 4096,
  batchMaxCount: 262_144,
  /** Bytes of the names in one message. */
  messageNamesMaxBytes: 1024 * 1024,
  /** Vertices of a path in one answer. */
  pathMaxCount: 500_000,
  /** Names and vertices in one LookUpNames. */
  lookUpMaxCount: 100_000,
  /** What a refused client is told to wait. */
  pushbackMinMs: 10,
  pushbackMaxMs: 5000,
  /** The least where all places of traversals are taken: they rarely end at once. */
  traversalPushbackMinMs: 500,
  /** Bytes of one vertex's name. */
  vertexNameMaxBytes: 4096,
  /** A line of a graph file, where lines must be whole in memory; else one field of it. */
  graphLineMaxBytes: 16 * 1024 * 1024,
  replicaMaxCount: 64,
  rateMaxPerSecond: 100_000,
  durationMaxMs: 30 * 24 * 3_600_000,
  /** Requests in flight at which the load stops sending and counts the rest as not sent. */
  inFlightMaxCount: 100_000,
  /** Requests sent before answers are read again. */
  launchBatchMaxCount: 256,
  /** Streams kept running at once, and the pause before one takes the place of one that failed. */
  streamMaxCount: 1000,
  streamRateMaxPerSecond: 1_000_000_000,
  streamAgainPauseMs: 1000,
  /**
   * A stream that has stood still for longer than streamStillMs when the load is over has to move
   * within streamGraceMs, or it is lost. One whose attempts have failed meanwhile is lost at once
   * when it has brought nothing at all, or nothing for longer than streamStarvedMs.
   */
  streamStillMs: 1000,
  streamGraceMs: 5000,
  streamStarvedMs: 3000,
  /** A reader with a pace asks for batches of as much as it reads in this time, at most. */
  streamPacedBatchMs: 50,
  /** Characters of an error text kept in a record. */
  errorTextMaxLength: 300,
  /**
   * Records buffered this long are written; a SIGKILL loses no more than that. Short, so that what
   * is written in one go takes a fraction of a millisecond.
   */
  ledgerFlushMs: 20,
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
  /**
   * What a peer may send ahead of the reader on one stream: a slow reader costs no more. The same
   * for all streams of a connection, before the connection itself has been read.
   */
  receiveWindowBytes: 1024 * 1024,
  /** A stream that gets nothing for so long from a replica that lives goes on elsewhere. */
  streamBarrenMs: 30_000,
  /** How long the end of a stream is awaited when everything has come. */
  streamEndWaitMs: 1000,
  /** Attempts in a row that are answered with an error of no known cure; then the stream fails. */
  streamRefusedMaxCount: 10,
  /** What the demo's stream reads ahead, so that it notices a fault at once; HTTP/2's default. */
  demoReadAheadBytes: 65_535,
  /** How long before a blow its watchdog is told whom to guard. */
  blowPrepareMs: 30,
  /** A watchdog that does not guard within this is none, and nothing is suspended. */
  watchdogReadyMs: 15_000,
  /** How often it looks at the wall clock, and whether an undo is asked for. */
  watchdogLookMs: 50,
  /** The same before there is anything to undo. */
  watchdogIdleLookMs: 500,
  /** It acts for an injector that lives but is late, or does not do what was asked for. */
  watchdogOverdueMs: 25,
  watchdogAskedMs: 1000,
  /** The same while the effect is still being proved, which takes Windows a while. */
  watchdogUnbegunMs: 30_000,
  /** A target seen running for so long after its injector was killed needs nobody any more. */
  watchdogSettleMs: 1000,
  /** How long it may take to leave once it is told to. */
  watchdogLeaveMs: 2000,
  /** An injector that was held up looks so long for a word of its watchdog that it has not read. */
  watchdogWordMs: 100,
  watchdogWordLookMs: 10,
  /** Of one entry of the roster of running faults; anything larger was not written by dfs. */
  rosterEntryMaxBytes: 65_536,
  /** How long `fault undo` leaves to injector and watchdog before it acts itself. */
  undoAnswerMs: 3000,
  undoLookMs: 20,
  /** After its planned end, far above what injector or watchdog take on a busy machine. */
  listOverdueMs: 2000,
  /** A limp's period, and each of its two parts: timers are good to a millisecond. */
  limpPeriodMinMs: 20,
  limpPeriodMaxMs: 60_000,
  limpPartMinMs: 5,
  /** Faults within one load. */
  drillFaultMaxCount: 100,
  /** How much of the load must follow the planned end of a fault, so that it is judged too. */
  faultTailMinMs: 1000,
  /** How long a fault waits for the replica that the one before it has hit to serve again. */
  faultBackMaxMs: 60_000,
  /** Of a scenario file. */
  scenarioMaxBytes: 65_536,
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
  /** Bytes of an order on their way to standard output at which its stream pauses, and goes on. */
  outputPauseBytes: 1024 * 1024,
  outputResumeBytes: 256 * 1024,
  /** Edges of a generated graph that is made anew to find the right answers; 16 Mi are rmat:20. */
  regeneratedEdgeMaxCount: 20_000_000,
  /** Gaps of streams, and parts of their flow, that a page shows one by one. */
  gapRowMaxCount: 1000,
  flowShownMaxCount: 2000,
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
  /** How often a drain is looked at. */
  drainPollMs: 10,
  /** A port that closes no longer than this before its process ends closes because it ends. */
  drainLeadMinMs: 20,
  /** Repetitions of a fault. */
  repeatMaxCount: 100_000,
  /** Faults of one plan at random, and the ports that they may hit. */
  randomFaultMaxCount: 100_000,
  randomPortMaxCount: 64,
  randomWeightMaxCount: 1000,
  /** The shortest of them: one period of a limp. */
  randomFaultMinMs: 200,
  /** How often the ports that are not under a fault are looked at meanwhile. */
  randomLookMs: 500,
  /** How long a drain, and the start of what a restart has killed, may take among them. */
  randomWithinMs: 30_000,
  /** How often it is looked whether a port that was restarted is open again. */
  restartPollMs: 20,
  /** Characters of what a process that did not come up has said that an error quotes. */
  outputTailMaxLength: 400,
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
  /** Characters of one of the replicas as it is typed, and of them that an error quotes. */
  targetMaxLength: 1024,
  quotedMaxLength: 80,
  /** Bytes of a socket's path: what the kernel's address holds, without its closing zero. */
  unixPathMaxBytes: 107,
  unixPathElsewhereMaxBytes: 103,
  /** Addresses that one name may have. */
  nameAddressMaxCount: 256,
  /** How long the resolver may take, and the pause before it is asked again for the same name. */
  resolveMaxMs: 5000,
  resolveAgainMs: 2000,
  /** The pause before a replica that has come, and may not serve yet, is asked again. */
  admitAgainMs: 2000,
  /** A rate that is not 0; stages of a load, its requests in all, and open at once by its own. */
  rateMinPerSecond: 0.001,
  stageMaxCount: 100,
  totalMaxCount: 1_000_000_000,
  concurrencyMaxCount: 10_000,
  /** Files that a schema is made of. */
  protoFileMaxCount: 5000,
  /** Characters of a value, and names of alternatives, that an error quotes. */
  errorValueMaxLength: 80,
  errorNamesMaxCount: 12,
  /** Of the texts of a load's requests, together. */
  callDataMaxBytes: 256 * 1024 * 1024,
  /** Characters of the data that the run header keeps. */
  dataShownMaxLength: 200,
  /** Requests whose first answer is kept for others to be compared with. */
  callReferenceMaxCount: 100_000,
  /** Messages at the beginning of such an answer that are kept to say how others differ. */
  callReferenceBeginCount: 100,
  /**
   * What `serve` allows its clients unless its flags say otherwise: calls open at once on one
   * connection, connections, the whole time of a request, and how long a connection may be open
   * without a call.
   */
  serveStreamMaxCount: 1000,
  serveConnectionMaxCount: 10_000,
  serveRequestMaxMs: 600_000,
  serveIdleMaxMs: 1_800_000,
  /** The fields of a call's headers, and their bytes with 32 more each, as HTTP/2 counts them. */
  serveHeaderMaxCount: 128,
  serveHeaderListMaxBytes: 65_535,
  /**
   * Pings that come sooner than this one after the other, while the replica sends nothing else, are
   * strikes; one more than so many in a row end the connection.
   */
  servePingIntervalMinMs: 100,
  servePingStrikeMaxCount: 2,
  /** What the flags of these limits take at most; timers end at 24 days. */
  serveCountMax: 1_000_000,
  serveTimeMaxMs: 24 * 24 * 3_600_000,
  serveMessageMinBytes: 16 * 1024,
  serveMessageMaxBytes: 1024 * 1024 * 1024,
  serveHeaderListFlagMinBytes: 1024,
  serveHeaderListFlagMaxBytes: 1024 * 1024,
  serveHeaderFlagMinCount: 16,
  serveHeaderFlagMaxCount: 10_000,
  /** Endpoints and statuses that a load's metrics tell apart; all others are one. */
  metricsEndpointMaxCount: 256,
  metricsCodeMaxCount: 32,
  /** How often the lag of the event loop is looked at for them; each look costs. */
  metricsLagLookMs: 50,
  /** Bytes of a file of certificates or of a key. */
  pemMaxBytes: 1024 * 1024,
  /** How often `serve` looks whether its certificates were renewed. */
  tlsLookMs: 1000,
  /** Request messages of one call are sent together until there are so many bytes: one frame. */
  uploadPieceMinBytes: 16_384,
  /** How long a client may take over its TLS handshake with `serve`. */
  tlsHandshakeMaxMs: 10_000,
  /** Characters kept of what a peer says about an answer: its message, its content type. */
  peerTextMaxLength: 1000,
  /** Bytes of a .proto file, and of a compiled set of them. */
  protoFileMaxBytes: 16 * 1024 * 1024,
  protosetMaxBytes: 256 * 1024 * 1024,
  /** A secret shorter than this is not looked for in what servers say: it would be everywhere. */
  secretMinLength: 4,
  /** So many characters of a secret give it away, as it may be cut off where it is said. */
  secretTellingLength: 8,
  /** Services that an error names of those that there are. */
  servicesTellMaxCount: 20,
  /** Lines of --data-file that are checked in one go, in some 50 ms. */
  dataLinesPerTurnCount: 10_000,
  /** All metadata of a request, as text; many servers take 8 KiB of headers and no more. */
  callMetadataMaxBytes: 64 * 1024,
  /** How long a connection too many is kept after it was told so, and how many such at once. */
  refusedConnectionKeptMs: 250,
  refusedConnectionMaxCount: 1000,
  /** Requests closer together, in the mean of so many, are paced by timers, that is in groups. */
  paceGapMinUs: 300,
  paceGapCount: 10,
  /** So long after the pacing thread should have told, a timer wakes the load in its place. */
  paceGuardMs: 20,
  /** What a paced load asks Linux to run at once, that it be woken at once. */
  paceSliceUs: 100,
  /** How often compiling threads are made to give way to a paced load, as they come and go. */
  yieldCompilersMs: 500,
  compilerNiceLevel: 10,
  /** The least that a refused client is told to wait while no search has ended yet. */
  pushbackUnknownMinMs: 100,
  /** Replicas named in why a request was sent to none. */
  unaskedTellMaxCount: 3,
} as const;
