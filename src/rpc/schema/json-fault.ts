import { quoted } from "../../base/endpoint.ts";
import { printable } from "../../base/printable.ts";

/** What is wrong with a text that was to be JSON. */
export interface JsonFault {
  /** What it breaks; goes on after "must". */
  readonly rule: string;
  /** `line 2, column 7 has "x" where a value must be`. */
  readonly words: string;
}

/** The first fault of a text; undefined: it is JSON, and no object has a key twice. */
export function jsonFault(text: string): JsonFault | undefined {
  if (text.trim() === "") return { rule: jsonRule, words: "it is empty" };
  return new JsonScan(text).fault();
}

const jsonRule = "be JSON";

/** What may stand next. */
type Next = "value" | "first value" | "key" | "first key" | "end of value";

const blanks = /[ \t\n\r]*/y;
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// All but quotes, backslashes and what JSON forbids: control characters.
const plainRun = /[ !#-[\]-\uffff]*/y;
const escapeForm = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
const shownWord = /[\w$.+-]{1,20}|./suy;

class JsonScan {
  readonly #text: string;
  #at = 0;
  #next: Next = "value";
  /** What is open: of an object its keys so far, of a list nothing. */
  readonly #open: (Set<string> | undefined)[] = [];
  #fault: JsonFault | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  fault(): JsonFault | undefined {
    while (this.#fault === undefined) {
      this.#pass(blanks);
      if (this.#at === this.#text.length) {
        const isWhole = this.#next === "end of value" && this.#open.length === 0;
        return isWhole ? undefined : this.#unexpected();
      }
      this.#step(this.#text.charAt(this.#at));
    }
    return this.#fault;
  }

  #step(character: string): void {
    const isFirst = this.#next.startsWith("first");
    if (this.#next === "end of value" || (isFirst && /[}\]]/.test(character))) {
      this.#goOn(character);
    } else if (this.#next.endsWith("key")) this.#key(character);
    else this.#value(character);
  }

  #value(character: string): void {
    if (character === "{" || character === "[") {
      this.#at++;
      this.#open.push(character === "{" ? new Set() : undefined);
      this.#next = character === "{" ? "first key" : "first value";
      return;
    }
    if (character === '"') this.#string();
    else if (!this.#pass(scalar)) this.#fault = this.#unexpected();
    this.#next = "end of value";
  }

  #key(character: string): void {
    const begin = this.#at;
    if (character !== '"') this.#fault = this.#unexpected();
    else this.#string();
    if (this.#fault !== undefined) return;
    const written = this.#text.slice(begin, this.#at);
    const key: unknown = written.includes("\\") ? JSON.parse(written) : written.slice(1, -1);
    const keys = this.#open.at(-1);
    if (keys?.has(String(key)) === true) {
      const words = `${this.#place(begin)} gives ${quoted(String(key))} once more`;
      this.#fault = { rule: "give each key of an object once", words };
      return;
    }
    keys?.add(String(key));
    this.#pass(blanks);
    if (this.#text.charAt(this.#at) === ":") this.#at++;
    else this.#fault = this.#unexpected("a colon");
    this.#next = "value";
  }

  /** After a value, or at once where nothing is in what is open: its end, or what follows. */
  #goOn(character: string): void {
    const keys = this.#open.at(-1);
    const isOpen = this.#open.length > 0;
    const end = keys === undefined ? "]" : "}";
    if (isOpen && character === end) {
      this.#open.pop();
      this.#next = "end of value";
    } else if (isOpen && character === "," && this.#next === "end of value") {
      this.#next = keys === undefined ? "value" : "key";
    } else {
      this.#fault = this.#unexpected();
      return;
    }
    this.#at++;
  }

  #string(): void {
    this.#at++;
    while (this.#fault === undefined) {
      this.#pass(plainRun);
      const character = this.#text.charAt(this.#at);
      if (character === '"') {
        this.#at++;
        return;
      }
      if (character === "\\" && this.#pass(escapeForm)) continue;
      this.#fault = { rule: jsonRule, words: this.#brokenString(character) };
    }
  }

  #brokenString(character: string): string {
    if (character === "") return "it ends within a text in quotes";
    const place = this.#place(this.#at);
    if (character !== "\\") {
      const code = character.charCodeAt(0).toString(16).padStart(4, "0");
      return `${place} has a control character within a text, where it is written as \\u${code}`;
    }
    const shown = printable(this.#text.slice(this.#at, this.#at + 2));
    return `${place} has ${shown} within a text, where a \\ begins \\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u0041`;
  }

  /** Moves beyond what `pattern` matches here; whether that is anything. */
  #pass(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const isMatch = pattern.test(this.#text);
    if (isMatch) this.#at = pattern.lastIndex;
    return isMatch;
  }

  #unexpected(expected = this.#expected()): JsonFault {
    if (this.#at === this.#text.length) {
      return { rule: jsonRule, words: `it ends where ${expected} must be` };
    }
    shownWord.lastIndex = this.#at;
    const [word = ""] = shownWord.exec(this.#text) ?? [];
    const found = word === '"' ? "a text in quotes" : quoted(word);
    const words = `${this.#place(this.#at)} has ${found} where ${expected} must be`;
    return { rule: jsonRule, words };
  }

  #expected(): string {
    const isOpen = this.#open.length > 0;
    const end = this.#open.at(-1) === undefined ? "]" : "}";
    switch (this.#next) {
      case "value":
        return "a value";
      case "first value":
        return "a value or ]";
      case "key":
        return "a key in double quotes";
      case "first key":
        return "a key in double quotes or }";
      case "end of value":
        return isOpen ? `, or ${end}` : "its end";
    }
  }

  /** Lines are told where there are several. */
  #place(at: number): string {
    const before = this.#text.slice(0, at).split(/\r?\n/);
    const column = `column ${Array.from(before.at(-1) ?? "").length + 1}`;
    return /\n/.test(this.#text.trimEnd()) ? `line ${before.length}, ${column}` : column;
  }
}
