/** Tables of sockets (listener-tables.ts) as each system's tools print them. */
import { type Random, seededRandom } from "../../src/base/random.ts";
import type { TableSocket, TableState } from "./listener-tables.ts";

const procStates: Readonly<Record<TableState, string>> = {
  ...{ established: "01", synSent: "02", synReceived: "03", timeWait: "06", bound: "07" },
  ...{ closeWait: "08", listen: "0A" },
};

/** /proc/net/tcp, or tcp6, in the kernel's own format; a listing has no UDP. */
export function procNetTcpText(table: readonly TableSocket[], family: 4 | 6): string {
  const rows = table
    .filter(({ protocol, local }) => protocol === "tcp" && local.isIpv6 === (family === 6))
    .map((socket, index) => {
      const { local, localPort, remote, remotePort, state, uid, inode } = socket;
      const ends = `${local.proc}:${hex4(localPort)} ${remote.proc}:${hex4(remotePort)}`;
      const queues = "00000000:00000000 00:00000000 00000000";
      const owner = `${String(uid).padStart(5)}        0 ${inode}`;
      return `${String(index).padStart(4)}: ${ends} ${procStates[state]} ${queues} ${owner} 1 0000000000000000 100 0 0 10 0`;
    });
  const heading =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
  return `${[heading, ...rows].map((row) => row.padEnd(149)).join("\n")}\n`;
}

function hex4(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}

/** Who has which socket open, of every kind: what the links in /proc/PID/fd say. */
export function ownersByInode(table: readonly TableSocket[]): Map<number, readonly number[]> {
  return new Map(
    table.filter(({ owners }) => owners.length > 0).map(({ inode, owners }) => [inode, owners]),
  );
}

const lsofStates: Readonly<Record<TableState, string>> = {
  ...{ established: "ESTABLISHED", synSent: "SYN_SENT", synReceived: "SYN_RCDV" },
  ...{ timeWait: "TIME_WAIT", bound: "CLOSED", closeWait: "CLOSE_WAIT", listen: "LISTEN" },
};

/**
 * lsof's output for programs, of everything that any process has open: files and pipes whose names
 * look like addresses too.
 */
export function lsofText(table: readonly TableSocket[], seed: number): string {
  const random = seededRandom(seed);
  const pids = [...new Set(table.flatMap(({ owners }) => owners))];
  const lines = pids.flatMap((pid) => {
    const files = table.filter(({ owners }) => owners.includes(pid));
    const uid = files[0]?.uid ?? 0;
    const decoys = random.next() < 0.3 ? ["f1", "tREG", "n*:50051 LISTEN", "f2", "tunix"] : [];
    return [
      `p${pid}`,
      `u${uid}`,
      ...decoys,
      ...files.flatMap((file, index) => lsofFile(file, index, random)),
    ];
  });
  return lines.map((line) => `${line}\n`).join("");
}

function lsofFile(socket: TableSocket, index: number, random: Random): string[] {
  const { protocol, state, local, localPort, remote, remotePort } = socket;
  const peer = remotePort === 0 ? "" : `->${remote.lsof}:${remotePort}`;
  const queues = random.next() < 0.5 ? ["TQR=0", "TQS=50051"] : [];
  // UDP has no state, but a field is quickly made up.
  const lie = random.next() < 0.3 ? ["TST=LISTEN"] : [];
  const states = protocol === "udp" ? lie : [`TST=${lsofStates[state]}`];
  const kind = [`t${local.isIpv6 ? "IPv6" : "IPv4"}`, `P${protocol.toUpperCase()}`];
  const name = `n${local.lsof}:${localPort}${peer}`;
  return [`f${index + 3}`, ...kind, name, ...states, ...queues];
}

/** MSFT_NetTCPConnection.State, and its names. */
const windowsStates: Readonly<Record<TableState, readonly [number, string]>> = {
  ...{ listen: [2, "Listen"], synSent: [3, "SynSent"], synReceived: [4, "SynReceived"] },
  ...{ established: [5, "Established"], closeWait: [8, "CloseWait"], timeWait: [11, "TimeWait"] },
  bound: [100, "Bound"],
};

/** Get-NetTCPConnection through ConvertTo-Json, without its filter on the state. */
export function netTcpConnectionText(table: readonly TableSocket[], seed: number): string {
  const random = seededRandom(seed);
  const isNamed = random.next() < 0.5;
  const rows = table
    .filter(({ protocol }) => protocol === "tcp")
    .map(({ local, localPort, remotePort, state, owners: [owner = 0] }) => {
      const [number, name] = windowsStates[state];
      return {
        ...{ LocalAddress: local.windows, LocalPort: localPort, RemotePort: remotePort },
        ...{ State: isNamed ? name : number, OwningProcess: owner },
      };
    });
  const mark = random.next() < 0.2 ? "\uFEFF" : "";
  if (rows.length === 0) return mark;
  return `${mark}${JSON.stringify(rows.length === 1 ? rows[0] : rows)}\r\n`;
}

/** How one edition of Windows words netstat. */
export interface NetstatWords {
  readonly language: string;
  readonly headings: string;
  readonly listening: string;
  /** Undefined: the states other than listening in English. */
  readonly connected?: string;
}

export const netstatLanguages: readonly NetstatWords[] = [
  {
    ...{ language: "English", listening: "LISTENING" },
    headings: "Active Connections\n\n  Proto  Local Address  Foreign Address  State  PID",
  },
  {
    ...{ language: "German", listening: "ABHÖREN", connected: "HERGESTELLT" },
    headings: "Aktive Verbindungen\n\n  Proto  Lokale Adresse  Remoteadresse  Status  PID",
  },
  {
    ...{ language: "French", listening: "À L’ÉCOUTE" },
    headings: "Connexions actives\n\n  Proto  Adresse locale  Adresse distante  État  PID",
  },
  {
    ...{ language: "Swedish", listening: "LYSSNAR", connected: "ETABLERAD" },
    headings: "Aktiva anslutningar\n\n  Proto  Lokal adress  Extern adress  Status  PID",
  },
  {
    ...{ language: "Japanese", listening: "リッスン", connected: "確立" },
    headings: "アクティブな接続\n\n  プロトコル  ローカル アドレス  外部アドレス  状態  PID",
  },
  {
    ...{ language: "Chinese", listening: "侦听", connected: "已建立" },
    headings: "活动连接\n\n  协议  本地地址  外部地址  状态  PID",
  },
];

/** English netstat's states. */
const netstatStates: Readonly<Record<TableState, string>> = {
  ...{ listen: "LISTENING", established: "ESTABLISHED", synSent: "SYN_SENT" },
  ...{ synReceived: "SYN_RECEIVED", timeWait: "TIME_WAIT", closeWait: "CLOSE_WAIT" },
  bound: "BOUND",
};

/**
 * netstat -ano, without its filter on the protocol. Sockets that are merely bound are listed with
 * -q alone, which nobody asks for; here they are in English, whose words are known.
 */
export function netstatText(table: readonly TableSocket[], words: NetstatWords): string {
  const isEnglish = words.listening === netstatStates.listen;
  const rows = table
    .filter(({ protocol, state }) => protocol === "udp" || state !== "bound" || isEnglish)
    .map(({ protocol, state, local, localPort, remote, remotePort, owners: [owner = 0] }) => {
      const here = windowsEnd(local.windows, localPort);
      if (protocol === "udp") return cells("UDP", here, "*:*", "", owner);
      const isListening = state === "listen";
      const text = isListening ? words.listening : (words.connected ?? netstatStates[state]);
      return cells("TCP", here, windowsEnd(remote.windows, remotePort), text, owner);
    });
  return ["", ...words.headings.split("\n"), ...rows, ""].join("\r\n");
}

function windowsEnd(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function cells(protocol: string, here: string, there: string, state: string, pid: number): string {
  const columns = [`  ${protocol}  `, here.padEnd(22), there.padEnd(22), state.padEnd(15)];
  return `${columns.slice(0, 1).join("")}${columns.slice(1).join(" ")} ${pid}`;
}

/** What becomes of text in another code page when it is read as UTF-8. */
export function mangled(text: string): string {
  return text.replaceAll(/[^\r\n -~]/g, "\uFFFD");
}
