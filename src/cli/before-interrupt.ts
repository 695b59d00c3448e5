/** What `work` brings; undefined when `signal` comes first: what it began is then left alone. */
export async function beforeInterrupt<T>(
  work: Promise<T>,
  signal: AbortSignal,
): Promise<{ readonly value: T } | undefined> {
  const interrupted = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  return await Promise.race([interrupted, work.then((value) => ({ value }))]);
}
