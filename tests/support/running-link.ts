import { systemClock } from "../../src/base/clock.ts";
import type { LinkFaults } from "../../src/fault/link/link-faults.ts";
import { Relay } from "../../src/fault/link/relay.ts";
import { freePorts } from "./free-ports.ts";
import { noFaults } from "./simulated-lane.ts";
import { type TcpPeer, type TcpServer, tcpClient } from "./tcp-peer.ts";

/** A relay in this process, before a server that a test plays. */
export class RunningLink {
  readonly relay: Relay;
  readonly port: number;
  unreachableCount = 0;

  private constructor(port: number, toPort: number) {
    this.port = port;
    this.relay = new Relay({
      ...{ clock: systemClock, seed: 1, listen: { host: "localhost", port } },
      to: { host: "localhost", port: toPort },
      onUnreachable: () => {
        this.unreachableCount++;
      },
    });
  }

  static async open(toPort: number, at?: number): Promise<RunningLink> {
    const [port = 0] = at === undefined ? await freePorts(1) : [at];
    return new RunningLink(port, toPort);
  }

  begin(faults: Partial<LinkFaults>): void {
    this.relay.begin({ ...noFaults, ...faults });
  }

  end(): void {
    this.relay.end();
  }

  client(): Promise<TcpPeer> {
    return tcpClient(this.port);
  }

  /** A client and the server's end of its connection, which goes through the link. */
  async pair(server: TcpServer): Promise<readonly [TcpPeer, TcpPeer]> {
    const client = await this.client();
    return [client, await server.peer(server.peers.length)];
  }

  [Symbol.dispose](): void {
    this.relay.close();
  }
}
