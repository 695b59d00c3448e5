import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { RpcMethod } from "../../src/rpc/rpc-method.ts";

/** How a call ended, for tests to compare. */
export interface Ended<Response> {
  readonly code: string;
  readonly message: string;
  readonly response: Response | undefined;
}

/** A plain grpc-js client for tests: one connection, no retries, nothing of failover. */
export class TestingClient {
  readonly client: Client;

  constructor(address: string) {
    this.client = new Client(address, credentials.createInsecure(), {
      "grpc.enable_retries": 0,
      "grpc.use_local_subchannel_pool": 1,
    });
  }

  call<Request, Response>(
    method: RpcMethod<Request, Response>,
    request: Request,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Ended<Response>> {
    const metadata = new Metadata();
    for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
    return new Promise((resolve) => {
      this.client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        metadata,
        (error: ServiceError | null, response?: Response) => {
          const code = error === null ? "OK" : (status[error.code] ?? String(error.code));
          resolve({ code, message: error?.details ?? "", response });
        },
      );
    });
  }

  [Symbol.dispose](): void {
    this.client.close();
  }
}
