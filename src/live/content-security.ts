/** Elements whose text is code or style, as a page of ours spells them. */
const element = /<(script|style)\b([^>]*)>([\s\S]*?)<\/\1>/g;

/**
 * A policy that lets the page run what stands in it, speak to this server, and nothing else: no
 * text that a ledger brings in can become code.
 */
export function contentSecurityPolicy(html: string): string {
  const hashes = { script: [] as string[], style: [] as string[] };
  for (const [, name, , text = ""] of html.matchAll(element)) {
    const digest = new Bun.CryptoHasher("sha256").update(text).digest("base64");
    hashes[name === "script" ? "script" : "style"].push(`'sha256-${digest}'`);
  }
  const allowed = (list: readonly string[]) => (list.length === 0 ? "'none'" : list.join(" "));
  return [
    "default-src 'none'",
    `script-src ${allowed(hashes.script)}`,
    `style-src ${allowed(hashes.style)}`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
