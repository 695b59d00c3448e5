import { DfsError } from "../base/errors.ts";
import type { ListenerSource } from "./listener.ts";
import { netTcpConnectionScript, parseNetTcpConnection } from "./net-tcp-connection.ts";
import { parseNetstat } from "./netstat.ts";
import { runNetstat, runPowerShell } from "./windows-tools.ts";

const powershellSource: ListenerSource = {
  name: "Get-NetTCPConnection",
  async list() {
    const listeners = parseNetTcpConnection(await runPowerShell(netTcpConnectionScript));
    if (listeners === undefined) {
      throw new DfsError("fault", "Get-NetTCPConnection answered something that is not its JSON");
    }
    return listeners;
  },
};

const netstatSource: ListenerSource = {
  name: "netstat",
  async list() {
    return [...parseNetstat(await runNetstat("TCP")), ...parseNetstat(await runNetstat("TCPv6"))];
  },
};

export const listenerSources: readonly ListenerSource[] = [powershellSource, netstatSource];
