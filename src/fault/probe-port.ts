import { connect } from "node:net";
import type { Clock } from "../base/clock.ts";

const answerWithinMs = 500;

const loopback: readonly string[] = ["127.0.0.1", "::1"];
const wildcards: readonly string[] = ["0.0.0.0", "::"];

/**
 * Whether something accepts TCP connections at one of `addresses`, where a wildcard means loopback,
 * as does leaving them out; tells an unused port from one whose listener the listing hides from
 * this user (lsof shows a user's own processes only).
 */
export async function acceptsConnections(
  port: number,
  clock: Clock,
  addresses: readonly string[] = loopback,
): Promise<boolean> {
  const own = addresses.filter((address) => !wildcards.includes(address));
  const all = own.length < addresses.length ? [...own, ...loopback] : own;
  const answers = await Promise.all(all.map((address) => accepts(address, port, clock)));
  return answers.includes(true);
}

function accepts(host: string, port: number, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (isAccepted: boolean) => {
      cancel();
      socket.destroy();
      resolve(isAccepted);
    };
    const cancel = clock.after(answerWithinMs, () => finish(false));
    // A loopback connection from the very port it goes to reaches itself: nobody else is there. One
    // without a peer was refused: some systems report that only when it is used.
    socket.on("connect", () =>
      finish(socket.localPort !== port && socket.remotePort !== undefined),
    );
    socket.on("error", () => finish(false));
  });
}
