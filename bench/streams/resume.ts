import { systemClock } from "../../src/base/clock.ts";
import type { StreamConsumer } from "../../src/failover/stream-request.ts";
import { traverse } from "../../src/rpc/dfs-service.ts";
import { bareSearchUs, graphOf, medianOf } from "./bare-search.ts";
import { OneReplica } from "./one-replica.ts";

const roundCount = 5;

/**
 * From the start of a stream in the middle of the order to its first vertices, beside the bare
 * search's way to the same vertex.
 */
export async function measureResume(
  goal: { spec: string; resumeAfter: number; ratioMax: number },
  cwd: string,
): Promise<boolean> {
  const { spec, resumeAfter, ratioMax } = goal;
  const { resumeUs, vertex } = await resumeTime(spec, resumeAfter, cwd);
  const bareUs = bareSearchUs(graphOf(spec), vertex, roundCount);
  const ratio = resumeUs / bareUs;
  const isWell = ratio <= ratioMax;
  console.log(
    `${spec} after ${resumeAfter} vertices: first vertices after ${ms(resumeUs)} ms, ` +
      `bare search to vertex ${vertex} ${ms(bareUs)} ms, ratio ${ratio.toFixed(2)}, ` +
      `at most ${ratioMax}: ${isWell ? "reached" : "MISSED"}`,
  );
  return isWell;
}

async function resumeTime(spec: string, resumeAfter: number, cwd: string) {
  await using replica = await OneReplica.start(spec, cwd);
  const timesUs: number[] = [];
  let vertex = -1;
  for (let round = 0; round <= roundCount; round++) {
    const startUs = systemClock.nowUs();
    vertex = await firstVertex(replica, resumeAfter);
    if (round > 0) timesUs.push(systemClock.nowUs() - startUs);
  }
  return { resumeUs: medianOf(timesUs), vertex };
}

/** The first vertex of a stream that leaves out so many; the stream is cancelled at that. */
function firstVertex(replica: OneReplica, resumeAfter: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let isFound = false;
    const consumer: StreamConsumer = {
      ...{ isComplete: false, itemCount: 0 },
      nextRequest: () => traverse.requestSerialize({ numVertices: 0, resumeAfter }),
      take: (bytes) => {
        const { vertices } = traverse.responseDeserialize(Buffer.from(bytes));
        if (vertices.length === 0) return undefined;
        isFound = true;
        resolve(new DataView(vertices.buffer, vertices.byteOffset).getUint32(0, true));
        handle.cancel();
        return undefined;
      },
    };
    const handle = replica.open(consumer, ({ outcome, detail }) => {
      if (!isFound) reject(new Error(`The stream is ${outcome}: ${detail}`));
    });
  });
}

function ms(us: number): string {
  return (us / 1000).toFixed(0);
}
