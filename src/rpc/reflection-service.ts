import type * as v1 from "@grpc/reflection/build/src/implementations/reflection-v1";
import { loadReflectionDefinition } from "./proto-definitions.ts";
import { rpcMethod } from "./rpc-method.ts";

type Answerer = v1.ReflectionV1Implementation["handleServerReflectionRequest"];
export type ServerReflectionRequest = Parameters<Answerer>[0];
export type ServerReflectionResponse = ReturnType<Answerer>;

export const reflectionDefinition = loadReflectionDefinition();

/** grpc.reflection.v1, and v1alpha, which older clients ask for; the messages are the same. */
export const reflectionService = {
  ServerReflectionInfo: serverReflectionInfo("grpc.reflection.v1.ServerReflection"),
} as const;

export const reflectionAlphaService = {
  ServerReflectionInfo: serverReflectionInfo("grpc.reflection.v1alpha.ServerReflection"),
} as const;

function serverReflectionInfo(service: string) {
  // Every field of these messages is optional, so any decoded object is one.
  return rpcMethod<ServerReflectionRequest, ServerReflectionResponse>(
    reflectionDefinition,
    { service, method: "ServerReflectionInfo" },
    { request: (message) => message, response: (message) => message },
  );
}
