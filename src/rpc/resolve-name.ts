import { lookup } from "node:dns";
import { messageOf } from "../base/errors.ts";

/** All addresses of a host name, IPv4 and IPv6; rejects with the resolver's own words. */
export type ResolveName = (name: string) => Promise<readonly string[]>;

/** As this host resolves names: /etc/hosts, then DNS, each time anew. */
export const resolveName: ResolveName = (name) =>
  new Promise((resolve, reject) => {
    lookup(name, { all: true }, (error, addresses) => {
      if (error === null) resolve(addresses.map(({ address }) => address));
      else reject(new Error(messageOf(error)));
    });
  });
