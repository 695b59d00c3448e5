import { type ClientHttp2Session, type ClientHttp2Stream, constants } from "node:http2";
import type { CancelTimer, Clock } from "../base/clock.ts";
import {
  type AnswerHeaders,
  endInHeaders,
  endOfHttpAnswer,
  endOfReset,
  endOpen,
  endUnsent,
  refusedStreamCode,
} from "./call-end.ts";
import type { CallEnd, StreamCall, StreamEvents, UnaryCall } from "./channel.ts";
import { FrameReader, frameMessage } from "./grpc-frames.ts";
import { metadataEntries } from "./grpc-metadata.ts";
import { formatGrpcTimeout } from "./grpc-timeout.ts";
import { Http2Upload } from "./http2-upload.ts";

export interface Http2CallOptions {
  readonly call: UnaryCall | StreamCall;
  readonly waitForReady: boolean;
  /** One message answers it: its end need not wait for the end of the stream. */
  readonly isUnary: boolean;
  readonly events: StreamEvents;
  readonly messageMaxBytes: number;
  readonly clock: Clock;
  /** Called once, when it has ended, before the caller hears of it. */
  readonly onEnded: (call: Http2Call) => void;
}

/** What a call must know of the connection it is open on. */
export interface CallCarrier {
  readonly session: ClientHttp2Session;
  readonly authority: string;
  readonly scheme: string;
  /** What the peer may send ahead of a reader. */
  readonly receiveWindowBytes: number;
  /** Why the connection is gone, if it is; whoever asks makes sure that its channel knows. */
  lossReason(): string | undefined;
  /** The call's stream has closed. */
  onStreamClosed(): void;
}

/** The flag that ends the peer's half of a stream. */
const { NGHTTP2_FLAG_END_STREAM: endStreamFlag, NGHTTP2_CANCEL: cancelCode } = constants;

/** One call: waiting, then open on a stream, then ended; its deadline counts from the beginning. */
export class Http2Call {
  readonly waitForReady: boolean;
  readonly #options: Http2CallOptions;
  readonly #metadata: readonly [string, string][];
  readonly #reader: FrameReader;
  readonly #deadlineUs: number;
  readonly #cancelDeadline: CancelTimer;
  #stream: ClientHttp2Stream | undefined;
  /** Undefined of a unary call, whose one message leaves at once. */
  #upload: Http2Upload | undefined;
  #carrier: CallCarrier | undefined;
  #serverEnd: CallEnd | undefined;
  #messageCount = 0;
  /** The reader has paused; what still comes waits in #reader. */
  #isPaused = false;
  /** Taken from the stream since it was resumed last. */
  #pulledByteCount = 0;
  #isBodyComplete = false;
  #hasEnded = false;

  constructor(options: Http2CallOptions) {
    this.#options = options;
    this.waitForReady = options.waitForReady;
    this.#metadata = metadataEntries(options.call.metadata);
    this.#reader = new FrameReader(options.messageMaxBytes);
    const { timeoutMs } = options.call;
    this.#deadlineUs = options.clock.nowUs() + timeoutMs * 1000;
    this.#cancelDeadline =
      timeoutMs === Number.POSITIVE_INFINITY
        ? () => undefined
        : options.clock.after(timeoutMs, () => this.#exceed());
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Sends the request. Throws nothing: what cannot be sent ends, and was not executed. */
  start(carrier: CallCarrier): void {
    this.#carrier = carrier;
    try {
      this.#stream = carrier.session.request(this.#headers(carrier));
    } catch (error) {
      const detail = `the connection takes no call: ${String(error)}`;
      this.endSoon(endUnsent("UNAVAILABLE", detail));
      queueMicrotask(() => carrier.onStreamClosed());
      return;
    }
    this.#follow(this.#stream);
    const { call } = this.#options;
    if ("request" in call) {
      this.#stream.end(frameMessage(call.request));
    } else {
      this.#upload = new Http2Upload(this.#stream, call.requests);
      this.#upload.start();
    }
  }

  /** Ends it, later than the current callback but before any other event. */
  endSoon(end: CallEnd): void {
    if (this.#leave()) queueMicrotask(() => this.#options.events.onEnd(end));
  }

  /** Ends it now. */
  end(end: CallEnd): void {
    if (this.#leave()) this.#options.events.onEnd(end);
  }

  cancel(detail = "cancelled by the caller"): void {
    this.endSoon(this.#ownEnd("CANCELLED", detail));
  }

  pause(): void {
    if (this.#hasEnded) return;
    this.#isPaused = true;
    this.#holdBack();
  }

  resume(): void {
    if (!this.#isPaused || this.#hasEnded) return;
    this.#isPaused = false;
    queueMicrotask(() => {
      if (this.#isPaused || this.#hasEnded) return;
      this.#deliver();
      if (this.#isPaused || this.#stream?.isPaused() !== true) return;
      this.#pulledByteCount = 0;
      this.#stream.resume();
    });
  }

  /**
   * Each time a stream is resumed, Bun opens its whole window anew, whatever of it was read. So it
   * is paused only once as much has been taken from it as it was allowed then; else a reader that
   * pauses now and again would be sent without bound.
   */
  #holdBack(): void {
    const { receiveWindowBytes = 0 } = this.#carrier ?? {};
    if (this.#pulledByteCount >= receiveWindowBytes) this.#stream?.pause();
  }

  #headers(carrier: CallCarrier): Record<string, string> {
    const remainingMs = (this.#deadlineUs - this.#options.clock.nowUs()) / 1000;
    const headers: Record<string, string> = {
      ":method": "POST",
      ":path": this.#options.call.path,
      ":scheme": carrier.scheme,
      ":authority": carrier.authority,
      te: "trailers",
      "content-type": "application/grpc",
    };
    if (remainingMs !== Number.POSITIVE_INFINITY) {
      headers["grpc-timeout"] = formatGrpcTimeout(remainingMs);
    }
    for (const [key, value] of this.#metadata) headers[key] = value;
    return headers;
  }

  #follow(stream: ClientHttp2Stream): void {
    stream.on("response", (headers: AnswerHeaders, flags) => this.#begin(headers, flags));
    stream.on("data", (chunk: Uint8Array) => {
      if (this.#hasEnded) return;
      this.#reader.push(chunk);
      this.#pulledByteCount += chunk.length;
      this.#deliver();
      if (this.#isPaused) this.#holdBack();
    });
    stream.on("trailers", (headers: AnswerHeaders) => this.#takeTrailers(headers));
    stream.on("end", () => this.#completeBody());
    // What went wrong is known at "close", by its code and by the state of the session.
    stream.on("error", () => undefined);
    stream.on("close", () => this.#close(stream.rstCode));
  }

  #begin(headers: AnswerHeaders, flags: number): void {
    if (this.#hasEnded) return;
    this.#serverEnd = endInHeaders(headers);
    if (this.#serverEnd === undefined) {
      const end = endOfHttpAnswer(headers);
      if (end !== undefined) this.end(end);
    } else if ((flags & endStreamFlag) !== 0) {
      this.#completeBody();
    }
  }

  #takeTrailers(headers: AnswerHeaders): void {
    if (this.#hasEnded) return;
    this.#serverEnd = endInHeaders(headers) ?? this.#serverEnd;
    if (!this.#options.isUnary || this.#serverEnd === undefined) return;
    // The rest of the stream's events can bring nothing more; waiting for them costs latency.
    if (this.#serverEnd.status !== "OK" || this.#messageCount > 0) this.#completeBody();
  }

  /** Hands over whole messages until the caller pauses; then the end, when that has come too. */
  #deliver(): void {
    while (!this.#isPaused && !this.#hasEnded) {
      const message = this.#reader.next();
      if (message === undefined) break;
      this.#messageCount++;
      this.#options.events.onMessage(message);
    }
    if (this.#hasEnded) return;
    if (this.#reader.failure !== undefined) this.end(this.#reader.failure);
    else if (this.#isBodyComplete && !this.#isPaused && this.#serverEnd !== undefined) {
      this.end(this.#finalEnd(this.#serverEnd));
    }
  }

  #completeBody(): void {
    if (this.#hasEnded || this.#serverEnd === undefined) return;
    this.#isBodyComplete = true;
    this.#deliver();
  }

  #finalEnd(serverEnd: CallEnd): CallEnd {
    const pendingByteCount = this.#reader.pendingByteCount;
    if (serverEnd.status !== "OK" || pendingByteCount === 0) return serverEnd;
    return endOpen("INTERNAL", `the answer ends within a message, after ${pendingByteCount} bytes`);
  }

  #close(resetCode: number | undefined): void {
    // Asked first: whoever hears of the call's end must find the channel's state up to date.
    const lossReason = this.#carrier?.lossReason();
    this.#carrier?.onStreamClosed();
    if (this.#hasEnded) return;
    if (this.#serverEnd !== undefined) this.#completeBody();
    else this.end(this.#endWithoutStatus(resetCode ?? 0, lossReason));
  }

  #endWithoutStatus(resetCode: number, lossReason: string | undefined): CallEnd {
    // Also what Bun makes of streams above the last one of a GOAWAY, before it ends the session.
    if (resetCode === refusedStreamCode) {
      const end = endOfReset(resetCode);
      return { ...end, mayHaveExecuted: this.#messageCount > 0 };
    }
    if (lossReason !== undefined) return endOpen("UNAVAILABLE", lossReason);
    if (resetCode !== 0) {
      const end = endOfReset(resetCode);
      const isLate = this.#options.clock.nowUs() >= this.#deadlineUs;
      // A server that counts the same deadline may be the first to give up.
      return end.status === "CANCELLED" && isLate ? { ...end, status: "DEADLINE_EXCEEDED" } : end;
    }
    const pendingByteCount = this.#reader.pendingByteCount;
    return endOpen(
      "INTERNAL",
      pendingByteCount > 0
        ? `the answer ends within a message, after ${pendingByteCount} bytes`
        : "the answer ends without a gRPC status",
    );
  }

  #exceed(): void {
    const where = this.#stream === undefined ? " before it could be sent" : "";
    const detail = `no answer within ${this.#options.call.timeoutMs} ms${where}`;
    this.end(this.#ownEnd("DEADLINE_EXCEEDED", where === "" ? detail : `not sent: ${detail}`));
  }

  #ownEnd(status: CallEnd["status"], detail: string): CallEnd {
    return { status, detail, mayHaveExecuted: this.#stream !== undefined };
  }

  /** Whether it was still open. Its stream, if any, is reset unless it has closed by itself. */
  #leave(): boolean {
    if (this.#hasEnded) return false;
    this.#hasEnded = true;
    this.#cancelDeadline();
    // The peer may have said all it will while we still send: it must hear that nothing follows.
    const isSending = this.#upload?.isComplete === false;
    this.#upload?.stop();
    if (this.#stream !== undefined && (!this.#isBodyComplete || isSending)) {
      this.#stream.close(cancelCode);
      // A paused stream would never close.
      if (this.#isPaused) this.#stream.resume();
    }
    this.#options.onEnded(this);
    return true;
  }
}
