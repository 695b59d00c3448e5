import { constants, type ServerHttp2Session } from "node:http2";
import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { PingStrikes } from "./ping-strikes.ts";
import type { ServeLimits } from "./serve-limits.ts";

type ConnectionLimits = Pick<ServeLimits, "connectionMaxCount" | "pingIntervalMinMs">;

/** Connections so far; those that are open now are `accepted - closed`. */
export interface ConnectionCounts {
  readonly accepted: number;
  readonly closed: number;
  /** Closed at once, since as many as may be were open. */
  readonly refused: number;
  /** Closed for their pings, which came too fast. */
  readonly pingedOut: number;
}

/** Keeps the connections of one replica within its limits; each end of one is told by a GOAWAY. */
export class ConnectionGuard {
  readonly #limits: ConnectionLimits;
  readonly #clock: Clock;
  readonly #counts = { accepted: 0, closed: 0, refused: 0, pingedOut: 0 };
  readonly #refused = new WeakSet<object>();
  /** Of these, those that are not closed yet. */
  #leavingCount = 0;

  constructor(limits: ConnectionLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Whether calls on this connection must not be executed. */
  hasRefused(session: object): boolean {
    return this.#refused.has(session);
  }

  get counts(): ConnectionCounts {
    return this.#counts;
  }

  /** A client has connected, and has not been read from yet. */
  admit(session: ServerHttp2Session): void {
    const counts = this.#counts;
    if (counts.accepted - counts.closed >= this.#limits.connectionMaxCount) {
      counts.refused++;
      this.#refuse(session);
      return;
    }
    counts.accepted++;
    session.once("close", () => counts.closed++);
    const { pingIntervalMinMs } = this.#limits;
    if (pingIntervalMinMs === 0) return;
    const strikes = new PingStrikes(pingIntervalMinMs);
    session.on("ping", () => {
      const { destroyed, socket } = session;
      if (destroyed || !strikes.isAbuse(this.#clock.nowUs(), socket.bytesWritten)) return;
      counts.pingedOut++;
      sayGoAway(session, "too_many_pings");
      session.destroy();
    });
  }

  /**
   * Closed a while after it was told: gRPC's C core, to which settings, GOAWAY and the end come in
   * one go, may never connect again, nor end its calls before their deadline.
   */
  #refuse(session: ServerHttp2Session): void {
    this.#refused.add(session);
    // Its last stream is 0: whatever the client sends is not executed.
    sayGoAway(session, "too_many_connections");
    if (this.#leavingCount >= limits.refusedConnectionMaxCount) {
      session.destroy();
      return;
    }
    this.#leavingCount++;
    const cancel = this.#clock.after(limits.refusedConnectionKeptMs, () => session.destroy());
    session.once("close", () => {
      cancel();
      this.#leavingCount--;
    });
  }
}

function sayGoAway(session: ServerHttp2Session, reason: string): void {
  session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0, Buffer.from(reason));
}
