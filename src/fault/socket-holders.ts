import { basename } from "node:path";
import type { ProcessFacts } from "./process-facts.ts";

/** Programs that listen on behalf of a server elsewhere, and where that server is. */
const relays: Readonly<Record<string, string>> = {
  ...containerRelays("docker-proxy", "rootlesskit", "com.docker.backend", "vpnkit"),
  ...containerRelays("rootlessport", "slirp4netns", "pasta", "gvproxy"),
  wslrelay: "it forwards the port into WSL: run dfs there",
  kubectl: "it forwards the port to a pod: break the pod instead",
  ssh: "it is the end of a tunnel: run dfs at its other end",
};

/** The same of Windows' own programs; elsewhere their names are anybody's. */
const windowsHolders: Readonly<Record<string, string>> = {
  "svchost.exe":
    "it runs services of Windows, maybe several, or a port proxy (netsh interface portproxy " +
    "show all): tasklist /svc names them",
  ...Object.fromEntries(
    ["wininit", "services", "lsass", "csrss", "smss"].map((name) => [
      `${name}.exe`,
      "it is a part of Windows, without which the whole machine goes down",
    ]),
  ),
};

function containerRelays(...names: readonly string[]): Record<string, string> {
  const where =
    "it forwards the port into a container: run dfs inside that container, " +
    "or use docker kill or docker pause";
  return Object.fromEntries(names.map((name) => [name, where]));
}

/** Programs that open ports before the server runs, and hand them over. */
const activators: ReadonlySet<string> = new Set(["systemd", "launchd", "inetd", "xinetd"]);

/** Why the process is not the server itself, as it only forwards the port; undefined: it may be. */
export function relayText(process: ProcessFacts): string | undefined {
  if (/\bfault link\b/.test(process.commandLine) && namesOf(process).includes("dfs")) {
    return "it is the relay of dfs fault link: hit the port that it leads to";
  }
  const own = process.name.toLowerCase();
  if (Object.hasOwn(windowsHolders, own)) return windowsHolders[own];
  const name = namesOf(process).find((candidate) => Object.hasOwn(relays, candidate));
  return name === undefined ? undefined : relays[name];
}

/** Whether it holds the port open on behalf of a server that it starts. */
export function isActivator(process: ProcessFacts): boolean {
  return namesOf(process).some((name) => activators.has(name));
}

/** Whether people would call the process `name`: as the system does, or by its program's file. */
export function isNamed(process: ProcessFacts, name: string): boolean {
  return namesOf(process).includes(plain(name));
}

function namesOf(process: ProcessFacts): string[] {
  const program = process.executable.slice(process.executable.lastIndexOf("\\") + 1);
  return [plain(process.name), plain(basename(program))];
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.exe$/, "");
}
