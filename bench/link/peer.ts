/**
 * The server behind the relays, a process of its own. A connection begins with one letter and a
 * length of eight bytes: `U`: it is sent so many bytes and answers with one; `D`: it sends so many;
 * `P`: it sends back what it hears. Prints its port.
 */
interface State {
  kind: string | undefined;
  leftCount: number;
}

const block = new Uint8Array(256 * 1024);
export const headerLength = 9;

if (import.meta.main) {
  const listener = Bun.listen<State>({
    ...{ hostname: "127.0.0.1", port: 0 },
    socket: {
      open(socket) {
        socket.data = { kind: undefined, leftCount: 0 };
        socket.setNoDelay(true);
      },
      data: hear,
      drain: flood,
    },
  });
  console.log(listener.port);
}

function hear(socket: Bun.Socket<State>, bytes: Buffer): void {
  const state = socket.data;
  let rest = bytes;
  if (state.kind === undefined) {
    state.kind = String.fromCharCode(bytes[0] ?? 0);
    state.leftCount = Number(bytes.readBigUInt64BE(1));
    rest = bytes.subarray(headerLength);
    if (state.kind === "D") flood(socket);
  }
  if (state.kind === "P") socket.write(rest);
  if (state.kind !== "U") return;
  state.leftCount -= rest.length;
  if (state.leftCount <= 0) socket.write(".");
}

function flood(socket: Bun.Socket<State>): void {
  const state = socket.data;
  while (state?.kind === "D" && state.leftCount > 0) {
    const sentCount = socket.write(block.subarray(0, Math.min(block.length, state.leftCount)));
    if (sentCount <= 0) return;
    state.leftCount -= sentCount;
  }
}
