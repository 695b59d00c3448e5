import { join } from "node:path";
import type { CallMethod } from "../../../src/rpc/schema/call-method.ts";
import { openSchema } from "../../../src/rpc/schema/open-schema.ts";

export const routeGuideProto = join(import.meta.dir, "route_guide.proto");

const schema = await openSchema(
  { kind: "proto", paths: [routeGuideProto], importPaths: [] },
  { channels: [], metadata: {}, timeoutMs: 0, wants: () => true },
);

/** A method of routeguide.RouteGuide. */
export function routeGuideMethod(name: string): CallMethod {
  return schema.method(`routeguide.RouteGuide/${name}`, "a test");
}
