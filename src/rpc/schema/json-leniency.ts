import type { DescMessage, JsonValue } from "@bufbuild/protobuf";

/**
 * Whether the library takes a text for a value that no other proto3 JSON parser does: a number as
 * JavaScript writes one, or a day that no month has, which would become another.
 */
export function isTakenTooEasily({ typeName }: DescMessage, json: JsonValue): boolean {
  if (typeof json !== "string") return false;
  if (typeName === "google.protobuf.Timestamp") return !isOnCalendar(json);
  return numbers.has(typeName) && !/^[-+.\w]*$/.test(json.replace(/^[-+]?0[box]/i, " "));
}

const numbers: ReadonlySet<string> = new Set(
  ["Int32", "UInt32", "Int64", "UInt64", "Float", "Double"].map(
    (name) => `google.protobuf.${name}Value`,
  ),
);

function isOnCalendar(text: string): boolean {
  const [year, month, day, hour] = (/^(\d+)-(\d+)-(\d+)T(\d+)/.exec(text) ?? [])
    .slice(1)
    .map(Number);
  // What has no such form is refused by the library.
  if (year === undefined || month === undefined || day === undefined) return true;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const dayCount = month === 2 ? 28 + Number(isLeap) : 30 + Number((month + (month >> 3)) % 2);
  return day <= dayCount && (hour ?? 0) < 24;
}
