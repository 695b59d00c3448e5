import { loadHealthDefinition } from "./proto-definitions.ts";
import { MessageFields, rpcMethod } from "./rpc-method.ts";

/** grpc.health.v1: what Kubernetes probes, load balancers and grpc-health-probe ask. */
export interface HealthCheckRequest {
  /** A full service name; empty: the server as a whole. */
  readonly service: string;
}

export type ServingStatus = "UNKNOWN" | "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";

export interface HealthCheckResponse {
  readonly status: ServingStatus;
}

export type HealthListRequest = Readonly<Record<never, never>>;

export interface HealthListResponse {
  readonly statuses: Readonly<Record<string, HealthCheckResponse>>;
}

export const healthDefinition = loadHealthDefinition();

const service = "grpc.health.v1.Health";
const check = { request: toHealthCheckRequest, response: toHealthCheckResponse };

export const healthCheck = rpcMethod<HealthCheckRequest, HealthCheckResponse>(
  healthDefinition,
  { service, method: "Check" },
  check,
);

export const healthWatch = rpcMethod<HealthCheckRequest, HealthCheckResponse>(
  healthDefinition,
  { service, method: "Watch" },
  check,
);

export const healthList = rpcMethod<HealthListRequest, HealthListResponse>(
  healthDefinition,
  { service, method: "List" },
  { request: () => ({}), response: toHealthListResponse },
);

/** The service as a gRPC server takes it, by method name. */
export const healthService = { Check: healthCheck, Watch: healthWatch, List: healthList } as const;

const servingStatuses: readonly ServingStatus[] = [
  "UNKNOWN",
  "SERVING",
  "NOT_SERVING",
  "SERVICE_UNKNOWN",
];

function toHealthCheckRequest(message: object): HealthCheckRequest {
  return { service: new MessageFields(message).text("service") };
}

function toHealthCheckResponse(message: object): HealthCheckResponse {
  const text = new MessageFields(message).text("status");
  // A status from a later version of the protocol is no promise to serve.
  return { status: servingStatuses.find((status) => status === text) ?? "UNKNOWN" };
}

function toHealthListResponse(message: object): HealthListResponse {
  const statuses = "statuses" in message ? message.statuses : undefined;
  const entries = Object.entries(typeof statuses === "object" && statuses ? statuses : {});
  return {
    statuses: Object.fromEntries(
      entries.map(([name, value]: [string, object]) => [name, toHealthCheckResponse(value)]),
    ),
  };
}
