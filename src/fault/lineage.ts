/** A process and its parent; `startedUs` counts from any one origin. */
export interface ProcessParent {
  readonly pid: number;
  readonly parentPid: number;
  readonly startedUs: number | undefined;
}

/** Undefined where there is no such process, or nobody may know. */
export type ParentOf = (pid: number) => ProcessParent | undefined;

/** `parentOf`, which looks each process up once: ancestors are common to many. */
export function remembering(parentOf: ParentOf): ParentOf {
  const known = new Map<number, ProcessParent | undefined>();
  return (pid) => {
    if (!known.has(pid)) known.set(pid, parentOf(pid));
    return known.get(pid);
  };
}

/**
 * `pid` and its ancestors. A parent that is younger than its child is none: the real one has died
 * and its pid was given away (Windows keeps the number of a dead parent).
 */
export function lineageOf(pid: number, parentOf: ParentOf): ReadonlySet<number> {
  const lineage = new Set([pid]);
  let child = parentOf(pid);
  while (child !== undefined && child.parentPid > 0 && !lineage.has(child.parentPid)) {
    const parent = parentOf(child.parentPid);
    if ((parent?.startedUs ?? 0) > (child.startedUs ?? Number.POSITIVE_INFINITY)) break;
    lineage.add(child.parentPid);
    child = parent;
  }
  return lineage;
}
