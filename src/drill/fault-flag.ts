import { parseEndpoint } from "../base/endpoint.ts";
import {
  kindRule,
  nearestOption,
  type OptionName,
  optionNames,
  readFault,
} from "./fault-options.ts";
import type { FaultWish } from "./planned-fault.ts";
import { type Given, readBy, usage, wholeNumber } from "./rule.ts";

/** What `--fault` takes, for its help. */
export const faultForm = "KIND:PORT@START[+DURATION][,key=value...]";

const spanWords = { name: "DURATION", form: "as in stall:50052@20s+10s" };
const portRule = wholeNumber({ min: 1, max: 65_535 });

/**
 * Reads a fault as it is typed: `crash:50051@5s`, `stall:50052@back+3s+10s`,
 * `limp:50052@5s+10s,duty=60%`. Throws a usage error that starts with `name` and says which part is
 * wrong.
 */
export function parseFault(text: string, name: string): FaultWish {
  const whole = `${name} "${text}"`;
  const [head = "", ...options] = text.split(",");
  const colon = head.indexOf(":");
  const at = head.indexOf("@");
  if (colon < 0 || at < colon) {
    const kind = head.slice(0, colon < 0 ? undefined : colon).split("@")[0] ?? "";
    // What is wrong first: a kind that does not exist, else what is missing.
    readBy(kindRule, { text: kind, name: `${whole}: KIND` });
    const missing = colon < 0 ? "has no :PORT" : "has no @START";
    throw usage(`${whole} ${missing}: it must be ${faultForm}, such as crash:50051@5s`);
  }
  const kind: Given = { text: head.slice(0, colon), name: `${whole}: KIND` };
  readBy(kindRule, kind);
  const target = targetOf(head.slice(colon + 1, at), whole);
  const { start, span } = timesOf(head.slice(at + 1), whole);
  const given = new Map<OptionName, Given>(span === undefined ? [] : [["for", span]]);
  for (const option of options) {
    const [key, value] = optionOf(option, { whole, kind: kind.text });
    if (given.has(key)) throw usage(`${whole}: ${key} is given more than once`);
    given.set(key, value);
  }
  return { ...readFault({ kind, start, options: given, name: whole, spanWords }), ...target };
}

/** A port, or an endpoint where several replicas have the same port. */
function targetOf(text: string, whole: string): Pick<FaultWish, "port" | "host"> {
  if (!text.includes(":")) {
    return { port: readBy(portRule, { text, name: `${whole}: PORT` }), host: undefined };
  }
  return parseEndpoint(text);
}

/** `back+3s+10s`, `5s+10s`, `5s`. */
function timesOf(text: string, whole: string): { start: Given; span: Given | undefined } {
  const parts = text.split("+");
  const startPartCount = parts[0] === "back" ? 2 : 1;
  const start = parts.slice(0, startPartCount).join("+");
  const span = parts.slice(startPartCount).join("+");
  const isSpanned = parts.length > startPartCount;
  return {
    start: { text: start, name: `${whole}: START` },
    span: isSpanned ? { text: span, name: `${whole}: DURATION` } : undefined,
  };
}

function optionOf(
  text: string,
  { whole, kind }: { readonly whole: string; readonly kind: string },
): readonly [OptionName, Given] {
  const equals = text.indexOf("=");
  const word = equals < 0 ? text : text.slice(0, equals);
  const name = optionNames.find((candidate) => candidate === word && candidate !== "for");
  if (name === undefined) {
    const meant = nearestOption(word, kind);
    const known = optionNames.filter((candidate) => candidate !== "for").join(", ");
    if (word === "") throw usage(`${whole}: a comma is followed by NAME=VALUE: NAME is ${known}`);
    const hint = meant === undefined ? `: it is one of ${known}` : `; did you mean "${meant}"?`;
    throw usage(`${whole}: there is no option "${word}"${hint}`);
  }
  if (equals < 0) throw usage(`${whole}: ${name} needs a value: ${name}=VALUE`);
  return [name, { text: text.slice(equals + 1), name: `${whole}: ${name}` }];
}
