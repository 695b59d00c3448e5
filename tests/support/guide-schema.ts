/** A service that is not ours, as a user has it in a .proto file. */
export const schemaText = `
syntax = "proto3";
package guide;
import "google/protobuf/timestamp.proto";
service Guide {
  rpc Find(Query) returns (Place) { option idempotency_level = IDEMPOTENT; }
  rpc Note(Query) returns (Place);
  rpc Walk(Query) returns (stream Place);
}
message Query { string name = 1; }
message Place {
  optional int32 height = 1;
  google.protobuf.Timestamp seen_at = 2;
  map<string, Kind> kinds = 3;
  repeated string tags = 4;
  oneof way { string path = 5; }
}
enum Kind { HILL = 0; LAKE = 1; }
`;
