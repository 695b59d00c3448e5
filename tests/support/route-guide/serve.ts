/**
 * A RouteGuide written with grpc-js alone, that knows nothing of dfs: `bun serve.ts PORT LOG`. It
 * says `ready` once it serves, and appends a line to LOG for each route that it has recorded: the
 * request's id and how many points it had.
 */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

interface Rectangle {
  readonly lo: Point;
  readonly hi: Point;
}

interface Note {
  readonly location: Point;
  readonly message: string;
}

const [, , port = "0", log = "routes.log"] = process.argv;

/** Between two features of a list, so that a crash meets lists on their way. */
const featurePauseMs = 3;

const featureAt = (location: Point) => ({
  name: `${location.latitude}/${location.longitude}`,
  location,
});

async function listFeatures(call: grpc.ServerWritableStream<Rectangle, object>) {
  const { lo, hi } = call.request;
  for (let latitude = lo.latitude; latitude <= hi.latitude; latitude++) {
    for (let longitude = lo.longitude; longitude <= hi.longitude; longitude++) {
      await Bun.sleep(featurePauseMs);
      if (call.cancelled) return;
      call.write(featureAt({ latitude, longitude }));
    }
  }
  call.end();
}

function recordRoute(
  call: grpc.ServerReadableStream<Point, object>,
  answer: grpc.sendUnaryData<object>,
) {
  const points: Point[] = [];
  call.on("data", (point: Point) => points.push(point));
  call.on("end", async () => {
    await Bun.sleep(featurePauseMs);
    const distance = points.slice(1).reduce((sum, { latitude, longitude }, index) => {
      const from = points[index] ?? { latitude, longitude };
      return sum + Math.abs(latitude - from.latitude) + Math.abs(longitude - from.longitude);
    }, 0);
    const [request] = call.metadata.get("x-request-id");
    appendFileSync(log, `${request} ${points.length}\n`);
    answer(null, { point_count: points.length, distance });
  });
}

function routeChat(call: grpc.ServerDuplexStream<Note, Note>) {
  const notes = new Map<string, Note[]>();
  call.on("data", (note: Note) => {
    const place = featureAt(note.location).name;
    const all = [...(notes.get(place) ?? []), note];
    notes.set(place, all);
    for (const each of all) call.write(each);
  });
  call.on("end", () => call.end());
}

const proto = loadSync(join(import.meta.dir, "route_guide.proto"), {
  keepCase: true,
  defaults: true,
});
const service = proto["routeguide.RouteGuide"] as grpc.ServiceDefinition;
const server = new grpc.Server();
server.addService(service, {
  GetFeature: (call: grpc.ServerUnaryCall<Point, object>, answer: grpc.sendUnaryData<object>) => {
    if (call.request.latitude < 0) answer({ code: grpc.status.NOT_FOUND, details: "no feature" });
    else answer(null, featureAt(call.request));
  },
  ListFeatures: listFeatures,
  RecordRoute: recordRoute,
  RouteChat: routeChat,
});
server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error;
  console.log("ready");
});
