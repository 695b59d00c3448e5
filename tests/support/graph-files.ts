import type { GraphFormat } from "../../src/graph/readers/graph-format.ts";

/** A graph by the neighbours of each vertex, in order; a small one, for tests. */
export type Neighbours = readonly (readonly number[])[];

/** A way to write a graph down. */
export interface GraphWriting {
  readonly name: string;
  readonly format: GraphFormat;
  /** What such a file is called. */
  readonly file: string;
  write(neighbours: Neighbours): string;
}

/** The same graph in every format that can say it; METIS needs both directions of each edge. */
export const graphWritings: readonly GraphWriting[] = [
  edgeList("blanks", "g.txt", (from, to) => `${from} ${to}`),
  edgeList("tabs", "g.el", (from, to) => `${from}\t${to}`),
  edgeList("commas", "g.csv", (from, to) => `${from},${to}`),
  edgeList("semicolons", "g.csv", (from, to) => `${from};${to}`),
  edgeList("tabs in a TSV", "g.tsv", (from, to) => `${from}\t${to}`),
  edgeList("weights", "g.txt", (from, to) => `${from} ${to} 0.5 1082040961`),
  edgeList("quotes", "g.csv", (from, to) => `"${from}", "${to}" ,a`),
  edgeList("many blanks", "g.txt", (from, to) => `  ${from} \t ${to}  `),
  edgeList("comments", "g.txt", (from, to) => `# ${from}\n\n${from} ${to}\n% ${to}`),
  edgeList("attributes", "g.txt", (from, to) => `${from} ${to} {'weight': 3, 'to': 'x'}`),
  { ...edgeList("a heading", "g.csv", (from, to) => `${from},${to}`), write: withHeading },
  matrixMarket("pattern", () => ""),
  matrixMarket("integer", (index) => ` ${index - 2}`),
  matrixMarket("real", (index) => [" 0.5", " -1e-3", " 7", " +.5E+07", " inf"][index % 5] ?? ""),
  { name: "DIMACS", format: "dimacs", file: "g.gr", write: dimacs },
  ...["", " 0", " 1", " 10", " 11", " 100", " 011 2", " 111 3", " 10 0"].map(metis),
];

function edgesOf(neighbours: Neighbours): [number, number][] {
  return neighbours.flatMap((list, from) => list.map((to): [number, number] => [from, to]));
}

function edgeList(
  name: string,
  file: string,
  line: (from: number, to: number) => string,
): GraphWriting {
  const lines = (neighbours: Neighbours) => edgesOf(neighbours).map((edge) => `${line(...edge)}\n`);
  return {
    name: `edge list with ${name}`,
    format: "edge-list",
    file,
    write: (neighbours) => lines(neighbours).join(""),
  };
}

function withHeading(neighbours: Neighbours): string {
  return `a,b\n${edgesOf(neighbours)
    .map(([from, to]) => `${from},${to}\n`)
    .join("")}`;
}

function matrixMarket(
  field: "pattern" | "integer" | "real",
  value: (index: number) => string,
): GraphWriting {
  return {
    name: `Matrix Market ${field}`,
    format: "matrix-market",
    file: "g.mtx",
    write(neighbours) {
      const edges = edgesOf(neighbours);
      const entries = edges.map(
        ([row, column], index) => `${row + 1} ${column + 1}${value(index)}\n`,
      );
      const size = `${neighbours.length} ${neighbours.length} ${edges.length}`;
      return `%%MatrixMarket matrix coordinate ${field} general\n% é\n${size}\n${entries.join("")}`;
    },
  };
}

function dimacs(neighbours: Neighbours): string {
  const edges = edgesOf(neighbours);
  const arcs = edges.map(([from, to], index) => `a ${from + 1} ${to + 1} ${index}\n`);
  return `c é a p sp\nc\np sp ${neighbours.length} ${edges.length}\n${arcs.join("")}`;
}

/** `options` is what follows N and M in the header. */
function metis(options: string): GraphWriting {
  const [, format = "0", weights = "1"] = options.split(" ");
  const [hasSizes = "0", hasWeights = "0", hasEdgeWeights = "0"] = format.padStart(3, "0");
  const before = Number(hasSizes) + Number(hasWeights) * Number(weights);
  return {
    name: `METIS${options}`,
    format: "metis",
    file: "g.graph",
    write(neighbours) {
      const lines = neighbours.map((list) => {
        const fields = Array.from({ length: before }, () => "9");
        for (const to of list)
          fields.push(String(to + 1), ...(hasEdgeWeights === "1" ? ["8"] : []));
        return `${fields.join(" ")}\n`;
      });
      const header = `${neighbours.length} ${edgesOf(neighbours).length / 2}${options}`;
      return `% é\n${header}\n${lines.join("% a comment\n")}`;
    },
  };
}
