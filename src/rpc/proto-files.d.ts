/** A .proto imported `with { type: "file" }` is its path, inside the executable once compiled. */
declare module "*.proto" {
  const path: string;
  export default path;
}
