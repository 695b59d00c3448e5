import { addressesOfHost } from "./host-addresses.ts";
import { servesAddress } from "./ip-address.ts";
import type { Listener } from "./listener.ts";
import { formatProcess, type ProcessFacts } from "./process-facts.ts";
import type { System } from "./system.ts";
import type { Sight } from "./untouched.ts";

interface Served {
  readonly owners: readonly ProcessFacts[];
  readonly addresses: readonly string[];
}

/** Looks at ports: who listens there, whether they run, and whether they take connections. */
export class PortSight {
  readonly #system: System;
  readonly #host: string | undefined;
  /** Who was seen at each port by the latest whole look; none where it was not served. */
  readonly #served = new Map<number, Served>();

  constructor(system: System, host: string | undefined) {
    this.#system = system;
    this.#host = host;
  }

  /** A whole look, which reads the list of listeners. */
  async look(ports: readonly number[]): Promise<ReadonlyMap<number, Sight>> {
    const [listeners, addresses] = await Promise.all([
      this.#system.findListeners(),
      this.#host === undefined ? undefined : addressesOfHost(this.#host),
    ]);
    const matching = listeners.filter(
      ({ port, address }) =>
        ports.includes(port) &&
        (addresses === undefined || addresses.some((own) => servesAddress(address, own))),
    );
    const pids = new Set(matching.flatMap(({ pid }) => pid ?? []));
    const processes = await this.#system.inspect([...pids]);
    const sights = ports.map(async (port) => {
      const own = matching.filter((listener) => listener.port === port);
      return [port, await this.#sightOf(port, own, processes)] as const;
    });
    return new Map(await Promise.all(sights));
  }

  /**
   * A cheap look, whether everything is as the latest whole one has shown it; where that cannot be
   * told it says no.
   */
  async isUnchanged(ports: readonly number[]): Promise<boolean> {
    const looks = ports.map(async (port) => {
      const served = this.#served.get(port);
      if (served === undefined) return !(await this.#system.acceptsConnections(port));
      const states = await Promise.all(served.owners.map((owner) => this.#system.glance(owner)));
      const isWell = !states.includes("gone") && !states.includes("stopped");
      return isWell && (await this.#system.acceptsConnections(port, served.addresses));
    });
    return !(await Promise.all(looks)).includes(false);
  }

  async #sightOf(
    port: number,
    listeners: readonly Listener[],
    processes: ReadonlyMap<number, ProcessFacts>,
  ): Promise<Sight> {
    this.#served.delete(port);
    const pids = [...new Set(listeners.flatMap(({ pid }) => pid ?? []))];
    const owners = pids.flatMap((pid) => processes.get(pid) ?? []);
    if (owners.length === 0) return { serves: false, why: "nothing listens there" };
    const stopped = owners.find(({ state }) => state === "stopped");
    if (stopped !== undefined) {
      return { serves: false, why: `${formatProcess(stopped)} is suspended` };
    }
    // Twice: a machine that is short of breath must not look like a port that is closed.
    const addresses = listeners.map(({ address }) => address);
    const accepts = () => this.#system.acceptsConnections(port, addresses);
    if (!(await accepts()) && !(await accepts())) {
      return { serves: false, why: "it takes no connections" };
    }
    this.#served.set(port, { owners, addresses });
    return { serves: true, owners: owners.map(nameOf).join(" ") };
  }
}

/** No other process ever has the same. */
function nameOf({ pid, identity }: ProcessFacts): string {
  return `${pid}@${identity}`;
}
