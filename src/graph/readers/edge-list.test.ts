import { describe, expect, test } from "bun:test";
import { edgesByName, readGraphText } from "../../../tests/support/read-graph-text.ts";

const read = (text: string, file = "g.txt") => readGraphText([text], { file });
const edges = (text: string, file?: string) => edgesByName(read(text, file));

describe("the ids of an edge list", () => {
  test("that are exactly 0..n-1 are the vertices themselves", () => {
    expect(read("2 0\n1 2\n0 2\n0 1\n")).toEqual({
      offsets: [0, 2, 3, 4],
      targets: [2, 1, 2, 0],
      names: undefined,
      notices: [],
    });
  });

  test("that are other integers are numbered by rank, whatever their size", () => {
    const sparse = [
      ["1 2\n3 1\n", ["1", "2", "3"]],
      ["10 70\n30 10\n", ["10", "30", "70"]],
      ["0 4294967295\n5 0\n", ["0", "5", "4294967295"]],
      ["7 4294967296\n5 0\n", ["0", "5", "7", "4294967296"]],
      [
        "9007199254740991 0\n9007199254740990 5\n",
        ["0", "5", "9007199254740990", "9007199254740991"],
      ],
    ] as const;
    for (const [text, names] of sparse) {
      expect(read(text).names).toEqual([...names]);
      expect(edges(text).toSorted()).toEqual(
        text
          .trim()
          .split("\n")
          .map((line) => line.replace(" ", ">"))
          .toSorted(),
      );
    }
  });

  test("in any number are ranked alike by bitmap, by table and beyond 32 bits", () => {
    const ids = Array.from({ length: 3000 }, (_, index) => (index * 7919) % 3001);
    for (const factor of [1, 3, 1000, 2 ** 22, 2 ** 40]) {
      const text = ids
        .map((id, at) => `${id * factor} ${ids[(at + 1) % 3000]! * factor}\n`)
        .join("");
      const { names, offsets } = read(text);
      const sorted = ids.toSorted((one, other) => one - other).map((id) => String(id * factor));
      expect(names ?? sorted).toEqual(sorted);
      expect(offsets).toEqual(Array.from({ length: 3001 }, (_, at) => at));
    }
  });

  test("that are text are numbered as they come, at whatever line the first stands", () => {
    expect(read("b a\na c\n").names).toEqual(["b", "a", "c"]);
    const late = read("5 3\n3 9\n9 x\nx 5\n");
    expect(late.names).toEqual(["5", "3", "9", "x"]);
    expect(edgesByName(late)).toEqual(["5>3", "3>9", "9>x", "x>5"]);
    expect(late.notices).toEqual([
      'Line 3 has the id "x", which is not a plain number, so all ids are taken as text and ' +
        "numbered in the order in which they come.",
    ]);
    expect(read("5000000000 3\n3 9\n9 x\n").names).toEqual(["5000000000", "3", "9", "x"]);
  });

  test("with leading zeros, points or signs are text and stay what they are", () => {
    expect(read("007 7\n7 1.5\n1.5 +3\n").names).toEqual(["007", "7", "1.5", "+3"]);
    expect(read("1 2\n2 02\n").names).toEqual(["1", "2", "02"]);
  });

  test("may be of any script", () => {
    expect(edges("Köln Zürich\n東京 Köln\n")).toEqual(["Köln>Zürich", "東京>Köln"]);
  });
});

describe("what separates the fields", () => {
  test.each([
    ["comma, with blanks inside the ids", "New York,San Juan\nSan Juan,Rome\n", "g.csv"],
    [
      "semicolon, with blanks and commas inside",
      "New York;San Juan;3,5\nSan Juan;Rome;1,5\n",
      "g.csv",
    ],
    ["tab, with blanks inside", "New York\tSan Juan\nSan Juan\tRome\n", "g.tsv"],
    ["comma, quoted", '"New York","San Juan"\n"San Juan", Rome\n', "g.csv"],
    ["tab, quoted", '"New York"\t"San Juan"\n"San Juan"\t"Rome"\n', "g.tsv"],
    ["blanks, quoted", '"New York" "San Juan"\n"San Juan" Rome\n', "g.txt"],
  ])("is a %s", (_, text, file) => {
    expect(edges(text, file)).toEqual(["New York>San Juan", "San Juan>Rome"]);
  });

  test("is seen through quotes in quotes", () => {
    expect(edges('"a ""b"", c",d\n', "g.csv")).toEqual(['a "b", c>d']);
  });

  test("is a blank in what NetworkX writes, whatever its attributes hold", () => {
    expect(edges("a b {'w': 3, 'x': 'y; z'}\nb c {}\n", "g.edgelist")).toEqual(["a>b", "b>c"]);
    expect(edges("1 2 {'w': 3, 'x': 1}\n", "g.edgelist")).toEqual(["1>2"]);
  });

  test("may be tabs and blanks at once, as in KONECT's files", () => {
    expect(edges("% sym\n1 2\t1 1082040961\n2 3\t1 1082155839\n", "out.g")).toEqual(["1>2", "2>3"]);
  });

  test("is what its user says it is when the first line could be read in two ways", () => {
    const text = "Paris,_Texas Rome\n";
    expect(edgesByName(readGraphText([text], { file: "g", told: "csv" }))).toEqual([
      "Paris>_Texas Rome",
    ]);
    for (const line of [text, "a b 0,5\n", "a,b c\n"]) {
      expect(() => read(line)).toThrow("expected an edge that can be read in one way");
    }
    const told = [
      ["edge-list", "a b 0,5\n", "a>b"],
      ["csv", "1 2,5\n", "1 2>5"],
    ] as const;
    for (const [format, line, edge] of told) {
      expect(edgesByName(readGraphText([line], { file: "g", told: format }))).toEqual([edge]);
    }
  });
});

describe("a heading", () => {
  const taken = (line: number, first: string, second: string) => [
    `Line ${line} is taken as a heading: "${first}", "${second}".`,
  ];

  test.each([
    ["source,target\na,b\n", "source", "target"],
    ["Source,Target,Type,Id\na,b,Directed,0\n", "Source", "Target"],
    ['"from_node_id","to_node_id"\na,b\n', "from_node_id", "to_node_id"],
    ["src,dst\na,b\n", "src", "dst"],
  ])("of known words is none of the edges: %p", (text, first, second) => {
    const graph = read(text, "g.csv");
    expect(edgesByName(graph)).toEqual(["a>b"]);
    expect(graph.notices).toEqual(taken(1, first, second));
  });

  test("of other words is one when all ids after it are integers", () => {
    const graph = read("# a comment\nid_1,id_2\n0,1\n1,0\n", "g.csv");
    expect(graph.names).toBeUndefined();
    expect(edgesByName(graph)).toEqual(["0>1", "1>0"]);
    expect(graph.notices).toEqual(taken(2, "id_1", "id_2"));
    expect(read("u v\n5000000000 1\n").names).toEqual(["1", "5000000000"]);
  });

  test("is an edge, and the first one, when any other id is text", () => {
    const graph = read("root a\n1 2\n1 5000000000\nx y\nroot b\n");
    expect(graph.names).toEqual(["root", "a", "1", "2", "5000000000", "x", "y", "b"]);
    expect(edgesByName(graph)).toEqual(["root>a", "root>b", "1>2", "1>5000000000", "x>y"]);
    expect(edges("a b\n")).toEqual(["a>b"]);
  });
});

describe("directions", () => {
  test("are as stored, or both when the graph is undirected; repeats and loops are kept", () => {
    const text = "0 1\n1 1\n0 1\n";
    expect(edges(text)).toEqual(["0>1", "0>1", "1>1"]);
    const both = readGraphText([text], { file: "g.txt", isUndirected: true });
    expect(edgesByName(both)).toEqual(["0>1", "0>1", "1>0", "1>1", "1>0"]);
  });
});

describe("a line", () => {
  test("may be very long, and empty lines are none", () => {
    const long = "x".repeat(300_000);
    expect(edges(`\n  \n0 1 ${long}\n\t\n1 0 ${long}`)).toEqual(["0>1", "1>0"]);
  });

  test("of hostile length, quotes or emptiness takes no time to tell what it is", () => {
    expect(edges(`a b ${'"a" "'.repeat(100_000)}\n`)).toEqual(["a>b"]);
    expect(edges(`${"\n".repeat(4000)}${"c\n\r\n".repeat(9)}`.replaceAll("c", "0 1"))).toHaveLength(
      9,
    );
    expect(edges(`${"\n".repeat(100_000)}0 1\n`)).toEqual(["0>1"]);
  });

  test("begins anywhere and ends in blanks", () => {
    expect(edges(" 0\t1 \n\t1   0\t\n")).toEqual(["0>1", "1>0"]);
  });
});
