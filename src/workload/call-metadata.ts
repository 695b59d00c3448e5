import { DfsError } from "../base/errors.ts";
import { metadataRule } from "../rpc/grpc-metadata.ts";
import { sampleValues } from "./call-data.ts";
import { parseTemplate, type Template, type TemplateValues } from "./call-template.ts";

/** Metadata of every request, its values templates, by key in the order given. */
export class CallMetadata {
  readonly #entries: readonly (readonly [string, Template])[];
  readonly #texts: ReadonlyMap<string, string>;

  private constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
    this.#entries = Array.from(texts, ([key, text]) => {
      return [key, parseTemplate(text, `--metadata ${key}`)] as const;
    });
  }

  /**
   * Of `key=value` texts; a key given twice has both values, joined as gRPC joins them. Throws a
   * usage error for a key or a value that gRPC forbids or says itself.
   */
  static parse(texts: readonly string[]): CallMetadata {
    const values = new Map<string, string>();
    for (const text of texts) {
      const equals = text.indexOf("=");
      if (equals < 1) {
        // What was typed may be a secret.
        throw new DfsError("usage", "--metadata must be KEY=VALUE, such as tenant=a");
      }
      const key = text.slice(0, equals).trim().toLowerCase();
      const value = text.slice(equals + 1);
      const before = values.get(key);
      values.set(key, before === undefined ? value : `${before},${value}`);
    }
    const metadata = new CallMetadata(values);
    metadata.#check();
    return metadata;
  }

  #check(): void {
    for (const [key, template] of this.#entries) {
      for (const values of sampleValues) {
        const rule = key.startsWith("grpc-")
          ? "gRPC keeps keys that begin with grpc- to itself"
          : metadataRule(key, template.render(values));
        if (rule === undefined) continue;
        throw new DfsError("usage", `--metadata ${key}: ${rule}`);
      }
    }
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  has(key: string): boolean {
    return this.#texts.has(key.toLowerCase());
  }

  render(values: TemplateValues): Record<string, string> {
    return Object.fromEntries(this.#entries.map(([key, value]) => [key, value.render(values)]));
  }

  /** `authorization=*** tenant=a`: values that may be secrets are not told. */
  get shownText(): string {
    return Array.from(this.#texts, ([key, text]) => {
      return `${key}=${isSecret(key, text) ? "***" : text}`;
    }).join(" ");
  }
}

const secretWord =
  /auth|token|cookie|key|secret|passw|passphrase|pwd|credential|signature|bearer|jwt|session|csrf/;
const secretPart = /(^|[-_.])(sid|sig|pat|otp)($|[-_.])|-bin$/;
const secretValue = /^\s*(bearer|basic|digest|negotiate) |^\s*eyJ/i;

/** What it holds must reach no log and no report; bytes, which nobody could read, are in doubt. */
function isSecret(key: string, value: string): boolean {
  return secretWord.test(key) || secretPart.test(key) || secretValue.test(value);
}
