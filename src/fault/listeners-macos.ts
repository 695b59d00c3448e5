import type { ListenerSource } from "./listener.ts";
import { lsofSource } from "./lsof.ts";

export const listenerSources: readonly ListenerSource[] = [
  lsofSource(["/usr/sbin/lsof", "/usr/bin/lsof"]),
];
