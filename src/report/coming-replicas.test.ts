import { expect, test } from "bun:test";
import {
  attemptLine,
  loadFooter,
  loadHeader,
  okLine,
  runReportOf,
  stateLine,
} from "../../tests/support/ledger-lines.ts";

const a = "10.0.0.3:50051";
const b = "10.0.0.4:50051";
const socket = "unix:///run/search.sock";

test("replicas that come later, and go, are told like those of the beginning", () => {
  const more = { resolved: `"${a}=dns:///search:50051"` };
  const report = runReportOf({
    "client.log": [
      loadHeader(0, { replicas: `${a},${socket}`, more }),
      stateLine(1, a, "healthy"),
      okLine(500, 1, { endpoint: a }),
      okLine(900, 2, { endpoint: socket }),
      stateLine(1000, a, "down"),
      attemptLine(1000, 3, { endpoint: a }),
      okLine(1010, 3, { endpoint: socket, attempts: 2 }),
      stateLine(3000, b, "probing"),
      stateLine(3000, a, "down"),
      stateLine(3010, b, "healthy"),
      okLine(3500, 4, { endpoint: b }),
      loadFooter(4000, { scheduled: 4, ok: 4 }),
    ],
  });
  expect(report.replicas.map(({ endpoint, ok }) => [endpoint, ok])).toEqual([
    [a, 1],
    [b, 1],
    [socket, 2],
  ]);
  // That it is to go is told of a replica that was down already.
  expect(report.replicas.map(({ states }) => states)).toEqual([
    [
      { state: "down", count: 1 },
      { state: "healthy", count: 1 },
    ],
    [
      { state: "healthy", count: 1 },
      { state: "probing", count: 1 },
    ],
    [],
  ]);
  expect(report.outages).toMatchObject([{ endpoint: a, cause: "unknown", affectedCount: 1 }]);
});
