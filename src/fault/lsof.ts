import { anyIpv4, anyIpv6, canonicalAddress } from "./ip-address.ts";
import type { Listener, ListenerSource } from "./listener.ts";
import { runTool, toolFailure } from "./run-tool.ts";

/**
 * Numbers instead of names (-n -P), no warnings (-w), listening TCP sockets only, and lsof's output
 * for programs (-F): pid, uid, descriptor, protocol, type, name, TCP state.
 */
const lsofArguments = ["-n", "-P", "-w", "-iTCP", "-sTCP:LISTEN", "-F", "pufPtnT"];

export function lsofSource(paths: readonly string[]): ListenerSource {
  return {
    name: "lsof",
    async list() {
      const result = await runTool({ name: "lsof", paths, arguments: lsofArguments });
      // lsof leaves with 1 both when it found nothing and when it failed; only then it says why.
      const foundNothing = result.stdout === "" && result.stderr === "" && result.exitCode === 1;
      if (result.exitCode !== 0 && result.stdout === "" && !foundNothing) {
        throw toolFailure("lsof", result);
      }
      return parseLsof(result.stdout);
    },
  };
}

/**
 * Reads lsof -F output: one field a line, its first character telling which. `p` opens a process,
 * `f` a file of it. Rows that are not in state LISTEN, not TCP, or connected (`a->b`) are skipped
 * whatever was asked for.
 */
export function parseLsof(text: string): Listener[] {
  const listeners: Listener[] = [];
  let owner: { pid: number; uid: number | undefined } | undefined;
  let file = new Map<string, string>();
  const finishFile = () => {
    const listener = owner === undefined ? undefined : listenerOf(file, owner);
    if (listener !== undefined) listeners.push(listener);
    file = new Map();
  };
  for (const line of text.split("\n")) {
    const field = line.charAt(0);
    const value = line.slice(1);
    if (field === "p") {
      finishFile();
      owner = { pid: Number(value), uid: undefined };
    } else if (field === "u" && owner !== undefined) owner.uid = Number(value);
    else if (field === "f") finishFile();
    // A file has several T fields: TST=state, TQR= and TQS=queue lengths.
    else if (field !== "T" || value.startsWith("ST=")) file.set(field, value);
  }
  finishFile();
  return listeners;
}

/** macOS keeps the interface of a link-local address in its second word: `fe80:4::1`. */
function withoutScope(address: string | undefined): string | undefined {
  return address?.replace(/^(fe[89ab][0-9a-f]):[0-9a-f]{1,4}::/, "$1::");
}

function listenerOf(
  file: ReadonlyMap<string, string>,
  owner: { pid: number; uid: number | undefined },
): Listener | undefined {
  if (file.get("P") !== "TCP" || file.get("T") !== "ST=LISTEN") return undefined;
  const match = /^(\*|\[[^\]]+\]|[^[\]:>]+):(\d+)$/.exec(file.get("n") ?? "");
  if (match === null) return undefined;
  const wildcard = file.get("t") === "IPv6" ? anyIpv6 : anyIpv4;
  const address = match[1] === "*" ? wildcard : withoutScope(canonicalAddress(match[1] ?? ""));
  if (address === undefined) return undefined;
  const pid = owner.pid > 0 ? owner.pid : undefined;
  return { protocol: "tcp", address, port: Number(match[2]), pid, uid: owner.uid };
}
