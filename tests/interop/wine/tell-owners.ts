/**
 * Preloaded into a server under Wine. Wine finds the owner of a socket by looking for it among the
 * files of its own processes, where a listening one is not until somebody asks it for an option; so
 * every socket is asked for one, again and again. Windows itself needs nothing of the kind.
 */
import { dlopen } from "bun:ffi";

const { symbols: sockets } = dlopen("ws2_32.dll", {
  getsockopt: { args: ["u64", "i32", "i32", "ptr", "ptr"], returns: "i32" },
});

/** IP_TTL of IPPROTO_IP, IPV6_UNICAST_HOPS of IPPROTO_IPV6. */
const options = [
  { level: 0, option: 4 },
  { level: 41, option: 4 },
] as const;
const handleMax = 4096;
const everyMs = 200;

function askAll(): void {
  const value = new Int32Array(1);
  const length = new Int32Array(1);
  for (let handle = 4; handle < handleMax; handle += 4) {
    for (const { level, option } of options) {
      length[0] = 4;
      sockets.getsockopt(BigInt(handle), level, option, value, length);
    }
  }
}

setInterval(askAll, everyMs).unref();
