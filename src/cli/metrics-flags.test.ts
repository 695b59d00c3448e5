import { expect, test } from "bun:test";
import { metricsPlaceOf, refuseSharedPort } from "./metrics-flags.ts";

test("one port is not for the metrics and the page of a run", () => {
  const place = metricsPlaceOf({ metricsPort: 50_180, metricsHost: undefined });
  expect(() => refuseSharedPort(place, 50_180)).toThrow(
    "--metrics-port and --ui are both 50180, and they need two ports",
  );
  for (const ui of [50_181, "alone", undefined] as const) refuseSharedPort(place, ui);
  refuseSharedPort(metricsPlaceOf({ metricsPort: 0, metricsHost: undefined }), 50_180);
});
