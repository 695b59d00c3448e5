import { canonicalAddress } from "./ip-address.ts";
import { fieldOf, parseJsonRows } from "./json-rows.ts";
import type { Listener } from "./listener.ts";

/** PowerShell that prints what parseNetTcpConnection reads. */
export const netTcpConnectionScript =
  "Get-NetTCPConnection -State Listen -ErrorAction Stop | " +
  "Select-Object LocalAddress,LocalPort,RemotePort,State,OwningProcess | ConvertTo-Json -Compress";

/** MSFT_NetTCPConnection.State: 2 is Listen; newer shells may print the name. */
const listenStates: readonly unknown[] = [2, "Listen"];

/** Listeners of Get-NetTCPConnection's JSON; undefined when the text is not that. */
export function parseNetTcpConnection(text: string): Listener[] | undefined {
  const rows = parseJsonRows(text);
  if (rows === undefined) return undefined;
  return rows.flatMap((row) => {
    const localAddress = fieldOf(row, "LocalAddress");
    const port = fieldOf(row, "LocalPort");
    const pid = fieldOf(row, "OwningProcess");
    const address = typeof localAddress === "string" ? canonicalAddress(localAddress) : undefined;
    if (address === undefined || typeof port !== "number" || typeof pid !== "number") return [];
    if (!listenStates.includes(fieldOf(row, "State"))) return [];
    return [{ protocol: "tcp", address, port, pid: pid === 0 ? undefined : pid, uid: undefined }];
  });
}
