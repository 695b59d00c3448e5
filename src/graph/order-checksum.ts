import { crc32 } from "node:zlib";
import { columnBytes, type WalkColumns } from "./walk-columns.ts";

/** CRC-32 (that of zlib, gzip and PNG) of each column of an order, as far as it has been added. */
export class OrderChecksum {
  vertices = 0;
  parents = 0;
  depths = 0;

  /** Adds the first `count` entries of `columns`. */
  add(columns: WalkColumns, count: number): void {
    const bytes = columnBytes(columns, count);
    this.vertices = crc32(bytes.vertices, this.vertices);
    this.parents = crc32(bytes.parents, this.parents);
    this.depths = crc32(bytes.depths, this.depths);
  }
}
