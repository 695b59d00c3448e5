/** Metadata of a call by key; the value of a key that ends in `-bin` is base64. */
export type CallMetadata = Readonly<Record<string, string>>;

const keyPattern = /^[0-9a-z_.-]+$/;
const valuePattern = /^[ -~]*$/;
/** Several values of one key are joined by commas. */
const base64Pattern = /^[0-9A-Za-z+/]*={0,2}(,[0-9A-Za-z+/]*={0,2})*$/;
/** One digit beyond a group of four is less than a byte. */
const isHalfByte = (part: string) => part.replaceAll("=", "").length % 4 === 1;

/** What the protocol itself says in a request's headers. */
const reservedKeys: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "content-type",
  "grpc-encoding",
  "grpc-timeout",
  "host",
  "te",
  "transfer-encoding",
]);

/** The entries as they go onto the wire; throws on a key or value that gRPC forbids. */
export function metadataEntries(metadata: CallMetadata | undefined): [string, string][] {
  if (metadata === undefined) return [];
  return Object.entries(metadata).map(([givenKey, value]) => {
    const key = givenKey.toLowerCase();
    const rule = metadataRule(key, value);
    if (rule !== undefined) throw new Error(`Cannot send the metadata "${givenKey}": ${rule}`);
    return [key, value];
  });
}

/** What is wrong with an entry, its key in lower case, and not its value; undefined: nothing. */
export function metadataRule(key: string, value: string): string | undefined {
  if (!keyPattern.test(key)) return "a key consists of letters, digits, and the characters _ . -";
  if (reservedKeys.has(key)) return "gRPC sets this header itself";
  if (key.endsWith("-bin")) {
    const isBase64 = base64Pattern.test(value) && !value.split(",").some(isHalfByte);
    return isBase64 ? undefined : "its value must be base64";
  }
  return valuePattern.test(value)
    ? undefined
    : "its value must be printable ASCII (a key that ends in -bin takes bytes as base64)";
}
