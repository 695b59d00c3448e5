import { definitions, type Section } from "./definitions.ts";
import { type TextOptions, tinted, wrapped } from "./text-layout.ts";

/** The definitions of the figures of one block, to stand below it; none unless asked for. */
export function definitionLines(section: Section, options: TextOptions): readonly string[] {
  if (options.explain !== true) return [];
  return definitions
    .filter((each) => each.section === section)
    .flatMap(({ figure, definition }) => wrapped(`${figure}: ${definition}`, options, "    "))
    .map((line) => tinted(line, "aside", options));
}
