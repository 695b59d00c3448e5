import { loadSync, type MethodDefinition } from "@grpc/proto-loader";

type Method = MethodDefinition<object, object>;

/** The methods of a proto file by their paths; 64-bit numbers as text, absent fields as zero. */
export function protoMethods(file: string): (path: string) => Method {
  const methods = Object.values(loadSync(file, { longs: String, defaults: true })).flatMap(
    (entry) => ("format" in entry ? [] : Object.values(entry)),
  );
  return (path) => {
    const method = methods.find((one) => one.path === path);
    if (method === undefined) throw new Error(`${file} has no ${path}`);
    return method;
  };
}
