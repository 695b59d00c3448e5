import type { Answer, Exchange } from "../failover/request.ts";
import type { ExchangeWorkload, Workload } from "../workload/workload.ts";

/** What the request with that number asks, as failover takes it. */
export function asked(
  workload: Workload | ExchangeWorkload,
  number: number,
): { readonly bytes: Uint8Array } | { readonly exchange: Exchange } {
  if ("requestBytes" in workload) return { bytes: workload.requestBytes(number) };
  return {
    exchange: {
      requests: workload.requestMessages(number),
      isAnsweredOnce: workload.isAnsweredOnce,
      openReader: () => workload.openReader(number),
    },
  };
}

/** What is wrong with an OK answer to the request with that number; undefined: nothing. */
export function faultIn(
  workload: Workload | ExchangeWorkload,
  number: number,
  { response, taken }: Answer,
): string | undefined {
  return "faultOf" in workload ? workload.faultOf(number, response) : taken?.reader.fault();
}
