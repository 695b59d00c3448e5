import { type Clock, waitUntil } from "../base/clock.ts";
import { DfsError, messageOf, systemErrorCode } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { contentSecurityPolicy } from "./content-security.ts";
import type { EventLog } from "./event-log.ts";
import { EventReaders } from "./event-readers.ts";
import { admit, pathOf } from "./request-guard.ts";

export interface LiveServerOptions {
  /** `alone`: the usual port, or a free one when that is taken. */
  readonly port: number | "alone";
  /** The page, whole; what it shows comes as events. */
  readonly html: string;
  readonly log: EventLog;
  readonly clock: Clock;
}

/** Serves a page and the events it follows, on loopback. */
export interface LiveServer {
  readonly url: string;
  /** The log has grown. */
  notify(): void;
  /** The log is complete: waits a moment for the pages to read it, then ends. */
  close(): Promise<void>;
}

/** Beyond the ports that as many replicas as may be take by default. */
export const usualLivePort = 50_180;
const host = "127.0.0.1";

/** Throws `cannot-run` when the port is not to be had. */
export function startLiveServer({ port, html, log, clock }: LiveServerOptions): LiveServer {
  const readers = new EventReaders(log, clock);
  const headers = {
    "content-security-policy": contentSecurityPolicy(html),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
  };
  const page = new TextEncoder().encode(html);
  const answer = (request: Request, server: Bun.Server<undefined>): Response => {
    const admission = admit(askedFor(request), server.port ?? 0);
    if ("reason" in admission) {
      const { status, reason } = admission;
      const allow = status === 405 ? { allow: "GET, HEAD" } : {};
      return new Response(`${reason}\n`, { status, headers: { ...headers, ...allow } });
    }
    switch (admission.to) {
      case "icon":
        return new Response(null, { status: 204, headers });
      case "page":
        return new Response(page, {
          headers: { ...headers, "content-type": "text/html; charset=utf-8" },
        });
      case "events":
        return events(request, server);
    }
  };
  const events = (request: Request, server: Bun.Server<undefined>): Response => {
    const eventHeaders = { ...headers, "content-type": "text/event-stream" };
    if (request.method === "HEAD") return new Response(null, { headers: eventHeaders });
    const stream = readers.open(log.standOf(request.headers.get("last-event-id")));
    if (stream === undefined) {
      const reason = `${limits.liveClientMaxCount} pages follow this run already\n`;
      return new Response(reason, { status: 503, headers });
    }
    // Bun's own bound on silence does not see what a stream sends; EventReaders has one.
    server.timeout(request, 0);
    return new Response(stream, { headers: eventHeaders });
  };
  const server = listen(port, answer);
  return {
    url: `http://${host}:${server.port}/`,
    notify: () => readers.notify(),
    async close() {
      log.end();
      readers.notify();
      const farewell = { withinMs: limits.liveFarewellMs, everyMs: 20 };
      await waitUntil(clock, () => readers.count === 0, farewell);
      await server.stop(true);
    },
  };
}

function askedFor(request: Request) {
  const { headers, method, url } = request;
  return {
    method,
    path: pathOf(url),
    host: headers.get("host"),
    origin: headers.get("origin"),
    site: headers.get("sec-fetch-site"),
  };
}

type Answer = (request: Request, server: Bun.Server<undefined>) => Response;

function listen(port: number | "alone", answer: Answer): Bun.Server<undefined> {
  if (port !== "alone") return listenOn(port, answer);
  try {
    return listenOn(usualLivePort, answer);
  } catch {
    return listenOn(0, answer);
  }
}

function listenOn(port: number, fetch: Answer): Bun.Server<undefined> {
  try {
    // A reader that is dropped ends its stream with an error, which is no news to anybody.
    const error = () => new Response(null, { status: 500 });
    // Unless told otherwise Bun shares a port with whoever else shares it, and gets half the pages.
    const options = { hostname: host, port, fetch, error, reusePort: false, development: false };
    return Bun.serve(options);
  } catch (error) {
    const isTaken = systemErrorCode(error) === "EADDRINUSE";
    const why = isTaken ? `port ${port} is taken on ${host}` : messageOf(error);
    throw new DfsError(
      "cannot-run",
      `Cannot serve the live page as ${why}: name a free port, or --ui alone to have one chosen`,
    );
  }
}

/** Throws what startLiveServer() would when a port is taken now. */
export async function refuseTakenLivePort(port: number): Promise<void> {
  await listenOn(port, () => new Response(null, { status: 503 })).stop(true);
}
