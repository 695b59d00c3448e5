/** Files that NetworkX and SciPy write are read back as the graphs they were. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { readGraphFile } from "../../src/graph/readers/read-graph-file.ts";
import { edgesByName } from "../support/read-graph-text.ts";
import { tempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const python = ["python3", "/usr/bin/python3"].find((candidate) => {
  if (Bun.which(candidate) === null) return false;
  return Bun.spawnSync([candidate, "-c", "import networkx"], { stderr: "ignore" }).success;
});
if (python === undefined) {
  console.log(
    "SKIPPED, NOTHING PROVED: no NetworkX to write graphs (apt install python3-networkx)",
  );
}

/** What tests/interop/networkx_files.py prints. */
interface Written {
  readonly hasScipy: boolean;
  readonly written: Readonly<
    Record<string, { readonly edges: readonly [string, string][]; readonly isUndirected: boolean }>
  >;
}

function writeFiles(dir: string): Written {
  const script = join(import.meta.dir, "networkx_files.py");
  const child = Bun.spawnSync([python ?? "", script, dir], { timeout: 60_000 });
  if (!child.success) throw new Error(`NetworkX failed:\n${child.stderr}`);
  return JSON.parse(child.stdout.toString()) as Written;
}

describe.skipIf(python === undefined)("NetworkX", () => {
  test("writes edge lists and matrices that are read back equal", async () => {
    using dir = tempDir();
    const { hasScipy, written } = writeFiles(dir.path);
    if (!hasScipy) {
      console.log("SKIPPED, NOTHING PROVED: no SciPy to write .mtx (apt install python3-scipy)");
    }
    const files = Object.entries(written);
    expect(files).toHaveLength(hasScipy ? 11 : 8);
    for (const [name, { edges, isUndirected }] of files) {
      const options = { format: undefined, isUndirected, onNotice: () => undefined };
      const { csr, names } = await readGraphFile({ kind: "file", path: dir.file(name) }, options);
      const found = edgesByName({
        offsets: [...csr.offsets],
        targets: [...csr.targets],
        names: names && Array.from({ length: csr.vertexCount }, (_, at) => names.nameOf(at)),
        notices: [],
      });
      expect(found.toSorted(), name).toEqual(edges.map((edge) => edge.join(">")).toSorted());
    }
  });
});
