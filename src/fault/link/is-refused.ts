import { connect } from "node:net";
import type { Clock } from "../../base/clock.ts";
import { parseEndpoint } from "../../base/endpoint.ts";
import { systemErrorCode } from "../../base/errors.ts";

const answerWithinMs = 500;

/** Whether a connection to `address`, such as `[::1]:50061`, is refused. */
export function isRefused(address: string, clock: Clock): Promise<boolean> {
  const { host, port } = parseEndpoint(address);
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (isRefused: boolean) => {
      cancel();
      socket.destroy();
      resolve(isRefused);
    };
    const cancel = clock.after(answerWithinMs, () => finish(false));
    socket.on("connect", () => finish(false));
    socket.on("error", (error) => finish(systemErrorCode(error) === "ECONNREFUSED"));
  });
}
