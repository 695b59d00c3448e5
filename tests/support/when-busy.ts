/**
 * For tests of real runs with a verdict: exit status 4 says that this machine was too busy to judge
 * (the load itself was late), so the run is made again, twice at most.
 */
export const whenBusy = { retry: 2 };
