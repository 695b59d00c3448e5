import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { PackageDefinition } from "@grpc/proto-loader";
import * as v1 from "@grpc/reflection/build/src/implementations/reflection-v1";
import type {
  ServerReflectionRequest,
  ServerReflectionResponse,
} from "../rpc/reflection-service.ts";

type Stream = ServerDuplexStream<ServerReflectionRequest, ServerReflectionResponse>;

/**
 * Server reflection over a definition. The package's own addToServer() looks for a proto file that
 * a compiled executable does not have beside it; its answering part works anywhere.
 */
export class Reflection {
  readonly #load: () => PackageDefinition;
  readonly #streams = new Set<Stream>();
  #answerer: v1.ReflectionV1Implementation | undefined;

  /** `load` is called when the first client asks: few ever do, and parsing takes a while. */
  constructor(load: () => PackageDefinition) {
    this.#load = load;
  }

  /** For v1 and v1alpha alike: their messages are the same on the wire. */
  readonly handlers = {
    ServerReflectionInfo: (stream: Stream) => {
      this.#streams.add(stream);
      stream.once("cancelled", () => this.#streams.delete(stream));
      stream.on("data", (request: ServerReflectionRequest) => {
        stream.write(this.#answer(request));
      });
      stream.on("end", () => stream.end());
    },
  };

  #answer(request: ServerReflectionRequest): ServerReflectionResponse {
    this.#answerer ??= new v1.ReflectionV1Implementation(this.#load());
    return this.#answerer.handleServerReflectionRequest(request);
  }

  /** Ends every open stream: an idle one would hold up a drain. */
  endStreams(): void {
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }
}
