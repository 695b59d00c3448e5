/**
 * A scanner for TypeScript good enough to tell code from comments, strings, templates and regular
 * expressions, so that the tidy rules look at code alone. It does not parse: rules work on its
 * tokens.
 */
export interface Token {
  readonly kind: "word" | "number" | "punctuation" | "string" | "template" | "regex" | "comment";
  readonly text: string;
  /** 1 for the first. */
  readonly line: number;
}

/** After these words a slash begins a regular expression and an exclamation mark negates. */
const operatorWords = new Set(
  "return typeof case in of delete void throw new await yield instanceof else do extends".split(
    " ",
  ),
);

const longPunctuation = ["!==", "===", "...", "??=", "&&=", "||=", "!=", "==", "=>", "?.", "??"];

/** All tokens of `source`, comments included; blanks are not tokens. */
export function scan(source: string): Token[] {
  return new Scanner(source).run();
}

/** The tokens that are code. */
export function scanCode(source: string): Token[] {
  return scan(source).filter((token) => token.kind !== "comment");
}

/** Whether an expression may end with `token`, so that a following slash divides. */
export function endsExpression(token: Token | undefined): boolean {
  if (token === undefined) return false;
  switch (token.kind) {
    case "word":
      return !operatorWords.has(token.text);
    case "punctuation":
      return token.text === ")" || token.text === "]" || token.text === "}";
    default:
      return token.kind !== "comment";
  }
}

class Scanner {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  /** For each open `${`, the braces open inside it. */
  readonly #templateBraces: number[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  run(): Token[] {
    while (this.#at < this.#source.length) this.#step();
    return this.#tokens;
  }

  #step(): void {
    const char = this.#source.charAt(this.#at);
    if (/\s/.test(char)) {
      if (char === "\n") this.#line++;
      this.#at++;
    } else if (this.#looksAt("//")) this.#take("comment", this.#find("\n", 0));
    else if (this.#looksAt("/*")) this.#take("comment", this.#find("*/", 2));
    else if (char === '"' || char === "'") this.#take("string", this.#closing(char));
    else if (char === "`") this.#takeTemplate();
    else if (char === "}" && this.#templateBraces.at(-1) === 0) {
      this.#templateBraces.pop();
      this.#takeTemplate();
    } else if (char === "/" && !endsExpression(this.#lastCode())) {
      this.#take("regex", this.#regexEnd());
    } else if (/[\p{L}_$#]/u.test(char)) this.#takeWhile("word", /[\p{L}\p{N}_$#]/u);
    else if (/\d/.test(char)) this.#takeWhile("number", /[\w.]/);
    else this.#takePunctuation(char);
  }

  #lastCode(): Token | undefined {
    return this.#tokens.findLast((token) => token.kind !== "comment");
  }

  #looksAt(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  /** The position after the next `text`, `tail` characters of it included. */
  #find(text: string, tail: number): number {
    const found = this.#source.indexOf(text, this.#at + tail);
    return found < 0 ? this.#source.length : found + tail;
  }

  /** The position after the next unescaped `quote`. */
  #closing(quote: string): number {
    let at = this.#at + 1;
    while (at < this.#source.length && this.#source[at] !== quote) {
      at += this.#source[at] === "\\" ? 2 : 1;
    }
    return at + 1;
  }

  #regexEnd(): number {
    let inClass = false;
    let at = this.#at + 1;
    for (; at < this.#source.length; at++) {
      const char = this.#source[at];
      if (char === "\\") at++;
      else if (char === "[") inClass = true;
      else if (char === "]") inClass = false;
      else if (char === "\n" || (char === "/" && !inClass)) break;
    }
    at++;
    while (/[a-z]/.test(this.#source.charAt(at))) at++;
    return at;
  }

  /** From a backtick or from the brace that closes a substitution, to the next `${` or the end. */
  #takeTemplate(): void {
    let at = this.#at + 1;
    while (at < this.#source.length && this.#source[at] !== "`") {
      if (this.#source.startsWith("${", at)) {
        this.#templateBraces.push(0);
        at++;
        break;
      }
      at += this.#source[at] === "\\" ? 2 : 1;
    }
    this.#take("template", at + 1);
  }

  #takeWhile(kind: Token["kind"], allowed: RegExp): void {
    let end = this.#at + 1;
    while (end < this.#source.length && allowed.test(this.#source.charAt(end))) end++;
    this.#take(kind, end);
  }

  #takePunctuation(char: string): void {
    const depth = this.#templateBraces.length - 1;
    const braces = this.#templateBraces[depth];
    if (braces !== undefined && char === "{") this.#templateBraces[depth] = braces + 1;
    if (braces !== undefined && char === "}") this.#templateBraces[depth] = braces - 1;
    const long = longPunctuation.find((text) => this.#looksAt(text));
    this.#take("punctuation", this.#at + (long ?? char).length);
  }

  #take(kind: Token["kind"], end: number): void {
    // An unclosed string ends with the source.
    const text = this.#source.slice(this.#at, end);
    this.#tokens.push({ kind, text, line: this.#line });
    this.#line += text.split("\n").length - 1;
    this.#at = end;
  }
}
