import type { CancelTimer, Clock } from "../../src/base/clock.ts";
import type { Endpoint } from "../../src/base/endpoint.ts";
import type {
  CallEnd,
  CancelCall,
  Channel,
  ChannelState,
  StreamCall,
  StreamControl,
  StreamEvents,
  UnaryCall,
  UnaryResult,
} from "../../src/rpc/channel.ts";

/** How a simulated replica treats calls: answers after a while, refuses, or keeps silent. */
export type Behaviour =
  | {
      kind: "answers";
      afterMs: number;
      result?: Partial<UnaryResult>;
      /** To the client's own probes; by default that there is no such method. */
      toProbe?: Partial<UnaryResult>;
    }
  | { kind: "refuses" }
  | { kind: "silent" };

export const ok: UnaryResult = {
  status: "OK",
  response: new Uint8Array([1]),
  detail: "",
  mayHaveExecuted: true,
};

/** A channel to a replica that does as it is told, on a given clock. */
export class ScriptedChannel implements Channel {
  readonly endpoint: Endpoint;
  readonly calls: UnaryCall[] = [];
  readonly streams: ScriptedStream[] = [];
  readonly #clock: Clock;
  readonly #listeners: ((state: ChannelState) => void)[] = [];
  readonly #silent = new Set<() => void>();
  #behaviour: Behaviour;
  #state: ChannelState = "idle";
  isClosed = false;
  renewCount = 0;

  constructor(endpoint: Endpoint, clock: Clock, behaviour: Behaviour) {
    this.endpoint = endpoint;
    this.#clock = clock;
    this.#behaviour = behaviour;
  }

  get state(): ChannelState {
    return this.#state;
  }

  onStateChange(listener: (state: ChannelState) => void): void {
    this.#listeners.push(listener);
  }

  connect(): void {
    this.#enter(this.#behaviour.kind === "refuses" ? "broken" : "ready");
  }

  renew(): void {
    this.renewCount++;
  }

  /** From now on it behaves so; whatever was kept silent is answered when it answers again. */
  become(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    this.connect();
    if (behaviour.kind !== "answers") return;
    for (const answer of [...this.#silent]) answer();
    this.#silent.clear();
  }

  unary(call: UnaryCall, onResult: (result: UnaryResult) => void): CancelCall {
    this.calls.push(call);
    let isOpen = true;
    let cancelTimeout: CancelTimer = () => undefined;
    const end = (result: UnaryResult) => {
      if (!isOpen) return;
      isOpen = false;
      cancelTimeout();
      onResult(result);
    };
    const behaviour = this.#behaviour;
    const isProbe = call.path.includes("Probe");
    const answer = (given?: Partial<UnaryResult>, toProbe?: Partial<UnaryResult>) =>
      end({ ...ok, ...(isProbe ? { status: "UNIMPLEMENTED", ...toProbe } : given) });
    if (behaviour.kind === "refuses") {
      this.#clock.after(0, () =>
        end({ status: "UNAVAILABLE", detail: "refused", mayHaveExecuted: false }),
      );
    } else if (behaviour.kind === "silent") {
      this.#silent.add(() => answer());
      const detail = "deadline exceeded";
      cancelTimeout = this.#clock.after(call.timeoutMs, () =>
        end({ status: "DEADLINE_EXCEEDED", detail, mayHaveExecuted: true }),
      );
    } else {
      this.#clock.after(behaviour.afterMs, () => answer(behaviour.result, behaviour.toProbe));
    }
    return () => {
      this.#clock.after(0, () =>
        end({ status: "CANCELLED", detail: "cancelled", mayHaveExecuted: true }),
      );
    };
  }

  stream(call: StreamCall, events: StreamEvents): StreamControl {
    const stream = new ScriptedStream(call, events, this.#clock);
    this.streams.push(stream);
    if (this.#behaviour.kind === "refuses") {
      const refusal = { status: "UNAVAILABLE", detail: "refused", mayHaveExecuted: false } as const;
      this.#clock.after(0, () => stream.end(refusal));
    }
    return stream;
  }

  close(): void {
    this.isClosed = true;
  }

  #enter(state: ChannelState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

/** The message of a stream that is asked for by one. */
export function onlyRequest({ requests }: StreamCall): Uint8Array {
  const [request, ...others] = requests;
  if (request === undefined || others.length > 0) throw new Error("not one request message");
  return request;
}

/** A stream that brings what the test says, unless the client has ended it. */
export class ScriptedStream implements StreamControl {
  readonly call: StreamCall;
  readonly #events: StreamEvents;
  readonly #clock: Clock;
  isPaused = false;
  isCancelled = false;
  isOpen = true;

  constructor(call: StreamCall, events: StreamEvents, clock: Clock) {
    this.call = call;
    this.#events = events;
    this.#clock = clock;
  }

  send(...bytes: readonly number[]): void {
    if (this.isOpen && !this.isCancelled) this.#events.onMessage(new Uint8Array(bytes));
  }

  end(end: Partial<CallEnd> = {}): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#events.onEnd({ status: "OK", detail: "", mayHaveExecuted: true, ...end });
  }

  readonly cancel = () => {
    this.isCancelled = true;
    this.#clock.after(0, () => this.end({ status: "CANCELLED", detail: "cancelled" }));
  };

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}
