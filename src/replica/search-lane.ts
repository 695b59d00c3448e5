import type { Clock } from "../base/clock.ts";
import { limits } from "../base/limits.ts";
import { SearchDesk } from "./search-desk.ts";
import type { SearchNews, SearchOrder } from "./search-messages.ts";

/** Where searches are carried out: a worker, or this very thread between other things. */
export interface SearchLane {
  post(order: SearchOrder, transfer?: readonly ArrayBuffer[]): void;
  /** Nothing is told after it. */
  close(): void;
}

export interface LaneEvents {
  onNews(news: SearchNews): void;
  /** It is gone, and so is whatever it was asked to do. */
  onDeath(reason: string): void;
}

export type OpenLane = (events: LaneEvents) => SearchLane;

/** For graphs so small that a search of them is over before another thread would have begun. */
export function inlineLane(clock: Clock, events: LaneEvents): SearchLane {
  const desk = new SearchDesk({
    clock,
    turnMs: limits.inlineTurnMs,
    tell: (news) => events.onNews(news),
  });
  return { post: (order) => desk.take(order), close: () => desk.close() };
}
