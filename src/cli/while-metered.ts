import { buildInfo } from "../base/build-info.ts";
import { type MetricsPlace, startMetricsServer } from "../live/metrics/metrics-server.ts";
import { type MetricsBook, openMetrics } from "../live/metrics/open-metrics.ts";

/**
 * Serves metrics, if they are wanted, while `act` runs and fills them. `say` is told where they
 * are. Throws `cannot-run`, before anything else, when the port is not to be had.
 */
export async function whileMetered<T>(
  place: MetricsPlace | undefined,
  say: (text: string) => void,
  act: (book: MetricsBook | undefined) => Promise<T>,
): Promise<T> {
  if (place === undefined) return act(undefined);
  const { version, commit } = buildInfo;
  const book = await openMetrics({ version, commit });
  const server = startMetricsServer(place, book);
  say(`Metrics: ${server.url}`);
  try {
    return await act(book);
  } finally {
    await server.close();
  }
}
