import {
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import type {
  HealthCheckRequest,
  HealthCheckResponse,
  HealthListRequest,
  HealthListResponse,
  ServingStatus,
} from "../rpc/health-service.ts";

type Watcher = ServerWritableStream<HealthCheckRequest, HealthCheckResponse>;

/**
 * grpc.health.v1 for a server whose services all have one status. The official package cannot find
 * its proto file once compiled, hence this one.
 */
export class Health {
  readonly #serviceNames: ReadonlySet<string>;
  readonly #watchers = new Set<Watcher>();
  #status: ServingStatus = "SERVING";

  /** `serviceNames` besides "", which stands for the server as a whole. */
  constructor(serviceNames: readonly string[]) {
    this.#serviceNames = new Set(["", ...serviceNames]);
  }

  readonly handlers = {
    Check: (
      call: ServerUnaryCall<HealthCheckRequest, HealthCheckResponse>,
      callback: sendUnaryData<HealthCheckResponse>,
    ) => {
      const { service } = call.request;
      if (this.#serviceNames.has(service)) callback(null, { status: this.#status });
      else callback({ code: status.NOT_FOUND, details: `No service "${service}" here` });
    },
    Watch: (call: Watcher) => {
      this.#watchers.add(call);
      // Also told when the call has been ended from here (grpc-js fires it for every call).
      call.once("cancelled", () => this.#watchers.delete(call));
      call.write({ status: this.#statusOf(call.request.service) });
    },
    List: (
      _call: ServerUnaryCall<HealthListRequest, HealthListResponse>,
      callback: sendUnaryData<HealthListResponse>,
    ) => {
      const names = [...this.#serviceNames];
      callback(null, {
        statuses: Object.fromEntries(names.map((name) => [name, { status: this.#status }])),
      });
    },
  };

  /** Answers NOT_SERVING from now on and tells every watcher; returns how many were told. */
  announceDrain(): number {
    this.#status = "NOT_SERVING";
    for (const watcher of this.#watchers) {
      watcher.write({ status: this.#statusOf(watcher.request.service) });
    }
    return this.#watchers.size;
  }

  /** Ends every watcher's stream: it would hold up a drain for ever. */
  endStreams(): void {
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
  }

  #statusOf(service: string): ServingStatus {
    return this.#serviceNames.has(service) ? this.#status : "SERVICE_UNKNOWN";
  }
}
