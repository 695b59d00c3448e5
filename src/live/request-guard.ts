/** What a request to the live page asks for, or why it is refused. */
export type Admission =
  | { readonly to: "page" | "events" | "icon" }
  | { readonly status: 403 | 404 | 405; readonly reason: string };

export interface AskedFor {
  readonly method: string;
  readonly path: string;
  readonly host: string | null;
  readonly origin: string | null;
  /** The browser's own word on who asks, Sec-Fetch-Site. */
  readonly site: string | null;
}

/** Where the page is told what happens. */
export const eventsPath = "/events";

/**
 * A page of another site could reach this server through the user's browser, under a name of its
 * own that resolves to loopback; such a request names that host, or comes with that site's origin.
 */
export function admit(asked: AskedFor, port: number): Admission {
  const hosts = loopbackHosts(port);
  const foreign = refuseForeignHost(asked.host, hosts);
  if (foreign !== undefined) return foreign;
  if (asked.method !== "GET" && asked.method !== "HEAD") {
    return { status: 405, reason: "This page only reads" };
  }
  switch (asked.path) {
    case "/":
      return { to: "page" };
    case "/favicon.ico":
      return { to: "icon" };
    case eventsPath:
      return isForeign(asked, hosts)
        ? { status: 403, reason: "Only the page of this server may follow its events" }
        : { to: "events" };
    default:
      return { status: 404, reason: "There is / and /events" };
  }
}

/** Of what Bun calls a request's URL, which is a path alone where no host is named. */
export function pathOf(url: string): string {
  return URL.parse(url, "http://localhost")?.pathname ?? "";
}

/** What a Host header may say of a server on this port of the loopback. */
export function loopbackHosts(port: number): readonly string[] {
  return ["localhost", "127.0.0.1", "[::1]"].flatMap((host) =>
    port === 80 ? [host, `${host}:80`] : [`${host}:${port}`],
  );
}

export function refuseForeignHost(
  host: string | null,
  hosts: readonly string[],
): { readonly status: 403; readonly reason: string } | undefined {
  if (host !== null && hosts.includes(host.toLowerCase())) return undefined;
  return { status: 403, reason: `The host must be ${hosts[0]} or its address` };
}

function isForeign({ origin, site }: AskedFor, hosts: readonly string[]): boolean {
  if (origin !== null && !hosts.some((host) => origin.toLowerCase() === `http://${host}`)) {
    return true;
  }
  return site !== null && site !== "same-origin" && site !== "none";
}
