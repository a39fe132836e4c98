// Two versions of one program: `step` became slower, `read` faster, `log` is new, `check` vanished, `parse` differs by chance.
import type {TestFrame, TestProfile} from './encode.ts';
import {period} from './encode.ts';

const top: TestFrame[] = [[0, 40], [1, 12]];

export const twoRuns: TestProfile = {
  modules: ['/home/user/solver/_core.so'],
  functions: [
    {name: '<module>', file: '/home/user/solver/app.py', line: 1}, {name: 'main', file: '/home/user/solver/app.py', line: 8},
    {name: 'step', file: '/home/user/solver/solve.py', line: 20}, {name: 'sweep', domain: 'native', module: 0, file: 'core.c', line: 5},
    {name: 'read', file: '/home/user/solver/files.py', line: 3}, {name: 'parse', file: '/home/user/solver/files.py', line: 30},
    {name: 'log', file: '/home/user/solver/app.py', line: 60}, {name: 'check', file: '/home/user/solver/solve.py', line: 80},
  ],
  stacks: [
    {frames: [...top, [2, 24], [3, 9]], samples: 900}, {frames: [...top, [2, 22]], samples: 100},
    {frames: [...top, [4, 5]], samples: 120}, {frames: [...top, [4, 6], [5, 33]], samples: 210},
    {frames: [...top, [6, 61]], samples: 90},
  ],
  difference: {
    before: {name: 'before.pyprof', factor: 1, unit: period, workers: 1},
    after: {name: 'after.pyprof', factor: 1, unit: period, workers: 1},
    period_ns: period,
    is_share: false,
    is_by_rank: false,
    facts: [
      'Before: before.pyprof, python3 app.py, 1 340 samples.', 'After: after.pyprof, python3 app.py, 1 420 samples.',
      'Total cpu time: 13.4 s -> 14.2 s, +800 ms (+6.0 %, +- 1.05 s), which is within chance.',
    ],
    legend: ['8 functions were compared, each at two standard deviations: if nothing had changed, about 0 would still differ by chance.'],
  },
  before: [
    {frames: [...top, [2, 24], [3, 9]], samples: 560}, {frames: [...top, [2, 22]], samples: 90},
    {frames: [...top, [4, 5]], samples: 320}, {frames: [...top, [4, 6], [5, 33]], samples: 200},
    {frames: [...top, [7, 84]], samples: 170},
  ],
};

/** Names of an earlier run that try to act. */
export const hostileDifference: TestProfile = {
  ...twoRuns,
  functions: twoRuns.functions.map((fn) => ({...fn, name: `<img src=x onerror=window.pwned=1>\u202e${fn.name}`})),
  difference: {
    ...(twoRuns.difference as NonNullable<TestProfile['difference']>),
    facts: ['<script>window.pwned=1</script>\u202e'],
    legend: ['<b onclick=window.pwned=1>'],
  },
};
