import type { Http2Server, Http2Stream, IncomingHttpHeaders } from "node:http2";
import type { ServiceDefinition } from "@grpc/grpc-js";
import type { Clock } from "../base/clock.ts";
import { type StatusName, statusName } from "../rpc/status.ts";
import { callCame } from "./limited-server.ts";

/** A method that is served; one and the same object for all its calls. */
export interface ServedMethod {
  /** Such as `dfs.DFSService`. */
  readonly service: string;
  readonly method: string;
}

/** Told of every call, whoever answers it: a handler, a limit, or grpc-js for want of a handler. */
export interface CallObserver {
  begun(method: ServedMethod): void;
  ended(method: ServedMethod, code: StatusName, durationUs: number): void;
}

/** Stands for all methods there are none of: a client may invent as many as it likes. */
const unknownMethod: ServedMethod = { service: "unknown", method: "unknown" };

/** Watches the calls of limited HTTP/2 servers that offer `services`, from when they come. */
export class CallWatch {
  readonly #observer: CallObserver;
  readonly #clock: Clock;
  readonly #methods: ReadonlyMap<string, ServedMethod>;

  constructor(services: readonly ServiceDefinition[], observer: CallObserver, clock: Clock) {
    this.#observer = observer;
    this.#clock = clock;
    const paths = services.flatMap((service) => Object.values(service).map(({ path }) => path));
    this.#methods = new Map(paths.map((path) => [path, methodOf(path)]));
  }

  watch(server: Http2Server): void {
    const begin = (stream: Http2Stream, headers: IncomingHttpHeaders) =>
      this.#begin(stream, headers);
    server.on(callCame, begin);
  }

  #begin(stream: Http2Stream, headers: IncomingHttpHeaders): void {
    const method = this.#methods.get(headers[":path"] ?? "") ?? unknownMethod;
    const startedUs = this.#clock.nowUs();
    this.#observer.begun(method);
    stream.once("close", () => {
      this.#observer.ended(method, statusOf(stream), this.#clock.nowUs() - startedUs);
    });
  }
}

/** `/dfs.DFSService/RunDFS` in its parts. */
function methodOf(path: string): ServedMethod {
  const [, service = "", method = ""] = path.split("/");
  return { service, method };
}

/** What the client was told; CANCELLED when it left before it was told anything. */
function statusOf({ sentHeaders, sentTrailers }: Http2Stream): StatusName {
  const code = sentTrailers?.["grpc-status"] ?? sentHeaders?.["grpc-status"];
  if (code !== undefined) return statusName(Number(code));
  const httpStatus = sentHeaders?.[":status"];
  // An answer in HTTP's own words: not a call of gRPC at all.
  return httpStatus === undefined || httpStatus === 200 ? "CANCELLED" : "UNKNOWN";
}
