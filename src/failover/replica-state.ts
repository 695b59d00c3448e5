/**
 * What the client believes of a replica. `healthy`: it answers. `suspect`: an attempt met silence.
 * `down`: its connection is broken or refused. `probing`: connected, and asked to answer before it
 * is believed.
 */
export type ReplicaState = "healthy" | "suspect" | "down" | "probing";

/**
 * What the client saw: an answer, silence past the attempt timeout, a lost or refused connection, a
 * new one.
 */
export type ReplicaSign = "answered" | "silent" | "broken" | "connected";

const transitions: Readonly<Record<ReplicaState, Readonly<Record<ReplicaSign, ReplicaState>>>> = {
  healthy: { answered: "healthy", silent: "suspect", broken: "down", connected: "healthy" },
  suspect: { answered: "healthy", silent: "suspect", broken: "down", connected: "suspect" },
  down: { answered: "healthy", silent: "down", broken: "down", connected: "probing" },
  probing: { answered: "healthy", silent: "suspect", broken: "down", connected: "probing" },
};

/** The state after a sign: a replica returns by answering, never by waiting out a clock. */
export function nextReplicaState(state: ReplicaState, sign: ReplicaSign): ReplicaState {
  return transitions[state][sign];
}
