/** Keeps one core busy from the first to the second instant given, then ends. */
import { sleep, systemClock } from "../../src/base/clock.ts";

const [fromUs = 0, toUs = 0] = process.argv.slice(2).map(Number);
await sleep(systemClock, (fromUs - systemClock.nowUs()) / 1000);
let spins = 0;
while (systemClock.nowUs() < toUs) spins++;
console.log(spins);
