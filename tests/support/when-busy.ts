/**
 * For tests of real runs with a verdict: on a machine too busy to judge they end with status 4. The
 * runner cannot tell that from another failure, so any failure is tried again, twice at most.
 */
export const whenBusy = { retry: 2 };
