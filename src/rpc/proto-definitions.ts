import { load, loadSync, type Options, type PackageDefinition } from "@grpc/proto-loader";
// The bytes of these files are embedded in the compiled executable; the packages that bring them
// along would look for them in node_modules at run time and fail there.
import v1 from "@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto" with {
  type: "file",
};
import v1alpha from "@grpc/reflection/build/proto/grpc/reflection/v1alpha/reflection.proto" with {
  type: "file",
};
import healthProto from "grpc-health-check/proto/health/v1/health.proto" with { type: "file" };
import dfsProto from "../../proto/dfs.proto" with { type: "file" };
import { asProtocTells } from "./reflected-files.ts";

/** proto/dfs.proto; 64-bit integers as numbers, since they are instants well below 2^53. */
export function loadDfsDefinition(): PackageDefinition {
  return loadSync(dfsProto, { ...plainObjects, longs: Number });
}

/** grpc.health.v1. */
export function loadHealthDefinition(): PackageDefinition {
  return loadSync(healthProto, plainObjects);
}

/** grpc.reflection.v1 and v1alpha, in the form that @grpc/reflection expects. */
export function loadReflectionDefinition(): PackageDefinition {
  const options: Options = { ...plainObjects, longs: String, bytes: Array };
  return {
    ...loadSync(v1, options),
    ...loadSync(v1alpha, options),
  };
}

/**
 * What reflection tells, as the proto files have it: the other definitions here turn field names
 * into camelCase, and whoever asked would then not know `num_vertices`. File by file, since a
 * replica answers others meanwhile.
 */
export async function loadReflectedDefinition(): Promise<PackageDefinition> {
  const definitions: PackageDefinition = {};
  for (const file of [dfsProto, healthProto, v1, v1alpha]) {
    Object.assign(definitions, await load(file, { keepCase: true }));
  }
  return asProtocTells(definitions);
}

/**
 * camelCase fields, absent ones with their defaults, enums by name; fields of a oneof only when
 * set.
 */
const plainObjects: Options = { enums: String, defaults: true, oneofs: true };
