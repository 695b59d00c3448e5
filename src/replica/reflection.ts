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
  readonly #load: () => Promise<PackageDefinition>;
  readonly #streams = new Set<Stream>();
  #answerer: Promise<v1.ReflectionV1Implementation> | undefined;

  /** `load` is called when the first client asks: few ever do, and parsing takes a while. */
  constructor(load: () => Promise<PackageDefinition>) {
    this.#load = load;
  }

  /** For v1 and v1alpha alike: their messages are the same on the wire. */
  readonly handlers = {
    ServerReflectionInfo: (stream: Stream) => {
      this.#streams.add(stream);
      stream.once("cancelled", () => this.#streams.delete(stream));
      let answered: Promise<unknown> = Promise.resolve();
      const inOrder = (step: () => unknown) => {
        answered = answered.then(step).catch((error: Error) => stream.destroy(error));
      };
      stream.on("data", (request) => inOrder(() => this.#answer(request, stream)));
      stream.on("end", () => inOrder(() => stream.end()));
    },
  };

  async #answer(request: ServerReflectionRequest, stream: Stream): Promise<void> {
    this.#answerer ??= this.#load().then((files) => new v1.ReflectionV1Implementation(files));
    const answerer = await this.#answerer;
    if (!stream.cancelled && stream.writable) {
      stream.write(answerer.handleServerReflectionRequest(request));
    }
  }

  /** Ends every open stream: an idle one would hold up a drain. */
  endStreams(): void {
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }
}
