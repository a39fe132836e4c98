// Random profiles from a seed: equal seeds, equal profiles.
import {domains} from '../../src/model/profile.ts';
import type {TestFrame, TestProfile, TestStack} from './encode.ts';

/** Park and Miller's generator (CACM 31, 1988): 1 to 2³¹ − 2. */
export function generator(seed: number): (limit: number) => number {
  let state = (seed % 2147483646) + 1;
  return (limit) => {
    state = (state * 16807) % 2147483647;
    return state % limit;
  };
}

export function randomProfile(seed: number, stackCount = 60): TestProfile {
  const random = generator(seed);
  const functionCount = 2 + random(8);
  const functions = Array.from({length: functionCount}, (_, i) => {
    const domain = domains[random(domains.length)] ?? 'python';
    return {name: `f${i}`, domain, machinery: domain === 'native' && random(3) === 0, workers: domain === 'os' && random(2) === 0};
  });
  const stack = (): TestStack => ({
    frames: Array.from({length: random(9)}, (): TestFrame => [random(functionCount), 1 + random(3)]),
    thread: random(4),
    samples: 1 + random(20),
    weight: random(1_000_000_000),
  });
  const unique = new Map(Array.from({length: stackCount}, stack).map((one) => [JSON.stringify([one.frames, one.thread]), one]));
  return {
    functions,
    stacks: [...unique.values()],
    processes: [{rank: 0}, {rank: 1}],
    threads: [0, 0, 1, 1].map((process) => ({process})),
    run: {ranks: 2},
  };
}
