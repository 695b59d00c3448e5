import { isTest, type Module, resolveImport, roomOf, type Violation } from "./tree.ts";

/**
 * What each room may import directly; whatever lies below that is allowed too, and `base` always.
 */
export const roomsBelow: Readonly<Record<string, readonly string[]>> = {
  main: ["cli"],
  cli: ["drill"],
  drill: ["load", "fault", "replica", "report", "live"],
  load: ["failover", "workload", "ledger"],
  live: ["report", "ledger"],
  report: ["ledger"],
  fault: ["ledger"],
  failover: ["rpc"],
  workload: ["rpc", "graph"],
  replica: ["rpc", "graph", "ledger"],
  rpc: [],
  graph: [],
  ledger: [],
  base: [],
};

/** Every room that `room` may import. */
export function allowedRooms(room: string): ReadonlySet<string> {
  const allowed = new Set([room, "base"]);
  const pending = [room];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const below of roomsBelow[next] ?? []) {
      if (!allowed.has(below)) pending.push(below);
      allowed.add(below);
    }
  }
  return allowed;
}

/** Imports that do not run downwards. Tests may import anything of the tree. */
export function upwardImports(modules: readonly Module[]): Violation[] {
  return modules.flatMap((module) => {
    const room = roomOf(module.path);
    if (room === undefined || isTest(module.path)) return [];
    if (roomsBelow[room] === undefined) return [`${module.path}: no room is named "${room}"`];
    const allowed = allowedRooms(room);
    return module.imports.flatMap(({ specifier, line, by }) => {
      const target = resolveImport(module.path, specifier);
      if (by === "url" || target === undefined || target === "package.json") return [];
      if (target.startsWith("proto/")) return [];
      const targetRoom = roomOf(target);
      if (targetRoom !== undefined && allowed.has(targetRoom)) return [];
      return [`${module.path}:${line}: ${room} must not import ${targetRoom ?? target}`];
    });
  });
}

/** Each cycle of files once, as the path around it. */
export function importCycles(modules: readonly Module[]): Violation[] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const finished = new Set<string>();
  const cycles: Violation[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push(`cycle: ${[...trail.slice(trail.indexOf(path)), path].join(" -> ")}`);
      return;
    }
    if (finished.has(path)) return;
    for (const { specifier, by } of byPath.get(path)?.imports ?? []) {
      const target = by === "import" ? resolveImport(path, specifier) : undefined;
      if (target !== undefined) visit(target, [...trail, path]);
    }
    finished.add(path);
  };
  for (const { path } of modules) visit(path, []);
  return cycles;
}

/**
 * Modules of src that no chain of imports from `entries` reaches. Tests neither count nor help;
 * files of ambient declarations are never imported.
 */
export function deadFiles(modules: readonly Module[], entries: readonly string[]): Violation[] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const reached = new Set<string>();
  const pending = [...entries];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    for (const { specifier } of byPath.get(path)?.imports ?? []) {
      const target = resolveImport(path, specifier);
      if (target !== undefined) pending.push(target);
    }
  }
  return modules
    .filter(({ path }) => roomOf(path) !== undefined && !isTest(path) && !path.endsWith(".d.ts"))
    .filter(({ path }) => !reached.has(path))
    .map(({ path }) => `${path}: nothing that runs imports it`);
}
