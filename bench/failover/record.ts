/** What a client of this benchmark tells of one request; times are wall-anchored, as in ledgers. */
export interface RequestResult {
  readonly id: string;
  readonly dueUs: number;
  /** When it was answered, refused or given up. */
  readonly finishedUs: number;
  /** `wrong`: an OK that is not the right answer. `lost`: anything but OK. */
  readonly outcome: "ok" | "wrong" | "lost";
  /** The replica that answered; 0 when none did. */
  readonly port: number;
  /** Attempts the client made; 0 where its library does not tell. */
  readonly attempts: number;
}

export interface ClientResult {
  readonly startUs: number;
  readonly requests: readonly RequestResult[];
}

/** What every client asks, and what is right. */
export interface Question {
  readonly target: number | undefined;
  readonly numVertices: number;
}

export interface RightAnswer {
  readonly found: boolean;
  readonly visitedCount: number;
}

/** Handed to a peer program as JSON, in its one argument. */
export interface PeerConfig {
  readonly style: PeerStyle;
  readonly ports: readonly number[];
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly deadlineMs: number;
  /** Request ids are `runId-N`. */
  readonly runId: string;
  /** The encoded RunRequest. */
  readonly requestHex: string;
  readonly right: RightAnswer;
  /** Where the ClientResult goes, as JSON. */
  readonly resultPath: string;
}

export type PeerStyle = "plain" | "stock" | "hedging" | "best" | "original";

/** One execution by a replica, from its log. */
export interface Execution {
  readonly tUs: number;
  readonly port: number;
  readonly id: string;
  /** `grpc-previous-rpc-attempts` of the call; 0 when absent. */
  readonly previousAttempts: number;
}
