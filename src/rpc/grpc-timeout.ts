/** The wire format has eight digits at most. */
const valueMax = 99_999_999;

const units = [
  { letter: "m", perUnitMs: 1 },
  { letter: "S", perUnitMs: 1000 },
  { letter: "M", perUnitMs: 60_000 },
  { letter: "H", perUnitMs: 3_600_000 },
] as const;

/**
 * A time as the header `grpc-timeout` carries it, such as `5000m`, in the finest unit that holds
 * it. Rounded up, so that the server does not give up before its client; longest `99999999H`.
 */
export function formatGrpcTimeout(timeoutMs: number): string {
  const positiveMs = Math.max(timeoutMs, 1);
  const unit = units.find(({ perUnitMs }) => Math.ceil(positiveMs / perUnitMs) <= valueMax);
  if (unit === undefined) return `${valueMax}H`;
  return `${Math.ceil(positiveMs / unit.perUnitMs)}${unit.letter}`;
}
