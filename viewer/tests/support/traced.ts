// A sampled profile of two ranks with what cProfile counted: `tick` is called so often that it looks hot, `solve` is BLAS.
import type {ComparedFunction, Comparison} from '../../src/model/comparison.ts';
import type {TestFrame, TestProfile} from './encode.ts';

const file = '/home/user/model/app.py';
const top: TestFrame[] = [[0, 30]];
const idOf = (id: number): ComparedFunction['id'] => id as ComparedFunction['id'];

const unseen = {
  ncalls: null, builtin_calls: 0, cprofile_self_s: null, cprofile_builtin_s: null, cprofile_total_s: null, inflation: null, tax_per_call_s: null,
  builtins: [], native: [], ranks: null,
};

const functions: readonly ComparedFunction[] = [
  {
    name: 'tick', file, line: 10, ncalls: 8_000_000, builtin_calls: 4_000_000, cprofile_self_s: 2.6, cprofile_builtin_s: 0.8, cprofile_total_s: 3.4,
    samples: 100, sampled_self_s: 1, sampled_self_ci_s: [0.82, 1.18], sampled_total_s: 1, split: {python: 0.9, native: 0.1}, inflation: 3.4,
    tax_per_call_s: 2e-7, flags: ['overcharged'], builtins: [{name: '<built-in method builtins.len>', cprofile_self_s: 0.8, ncalls: 4_000_000}],
    native: [{name: 'list_length (python3.11)', sampled_s: 0.1}], ranks: {min: 1.5, mean: 1.7, max: 1.9, argmin: 0, argmax: 1}, id: idOf(1),
  },
  {
    name: 'solve', file, line: 20, ncalls: 100, builtin_calls: 0, cprofile_self_s: 2.1, cprofile_builtin_s: 0, cprofile_total_s: 2.1, samples: 200,
    sampled_self_s: 2, sampled_self_ci_s: [1.75, 2.25], sampled_total_s: 2, split: {native: 2}, inflation: 1.05, tax_per_call_s: 0.001,
    flags: ['hidden_native'], builtins: [], native: [{name: 'dgemm_kernel (libopenblas.so.0)', sampled_s: 1.9}],
    ranks: {min: 1, mean: 1.05, max: 1.1, argmin: 1, argmax: 0}, id: idOf(2),
  },
  {
    ...unseen, name: 'watch', file, line: 40, samples: 30, sampled_self_s: 0.3, sampled_self_ci_s: [0.2, 0.43], sampled_total_s: 0.3, split: {python: 0.3},
    flags: ['unseen_by_cprofile'], id: idOf(4),
  },
  {
    ...unseen, name: 'setup', file, line: 50, ncalls: 1, cprofile_self_s: 0.1, cprofile_builtin_s: 0, cprofile_total_s: 0.1, samples: 0, sampled_self_s: 0,
    sampled_self_ci_s: [0, 0.03], sampled_total_s: 0, split: {}, flags: ['unseen_by_sampling'], id: null,
  },
];

const comparison: Comparison = {
  tracer: 'cProfile',
  facts: ['Alone it takes 2.10 s, sampled 2.12 s, under cProfile 4.90 s (2 ranks).', 'Beyond the samples: 208 ns for each call.'],
  legend: ['times: (cProfile’s self + C) / sampled self.'],
  tax_per_call_s: 2.08e-7,
  functions,
  lines: [],
};

export const traced: TestProfile = {
  modules: ['/usr/lib/libopenblas.so.0'],
  functions: [
    {name: '<module>', file, line: 1}, {name: 'tick', file, line: 10}, {name: 'solve', file, line: 20},
    {name: 'dgemm_kernel', domain: 'native', module: 0}, {name: 'watch', file, line: 40},
  ],
  stacks: [0, 1].flatMap((thread) => [
    {frames: [...top, [1, 11]] as TestFrame[], samples: 40 + 20 * thread, thread},
    {frames: [...top, [2, 21], [3]] as TestFrame[], samples: 110 - 20 * thread, thread}, {frames: [...top, [4, 41]] as TestFrame[], samples: 15, thread},
  ]),
  processes: [{rank: 0}, {rank: 1}],
  threads: [{}, {process: 1}],
  run: {ranks: 2, mode: 'wall'},
  comparison,
};

/** Lines that line_profiler watched. */
export const tracedLines: TestProfile = {
  ...traced,
  comparison: {
    ...comparison,
    tracer: 'line_profiler',
    functions: [],
    tax_per_call_s: null,
    lines: [
      {file, line: 11, function: 'tick', hits: 8_000_000, time_s: 3, samples: 100, sampled_s: 1, sampled_ci_s: [0.8, 1.2], inflation: 3, id: idOf(1)},
      {file, line: 12, function: 'tick', hits: null, time_s: null, samples: 0, sampled_s: 0, sampled_ci_s: [0, 0.1], inflation: null, id: null},
    ],
  },
  sources: [{file, first_line: 10, lines: ['def tick():', '    total += len(items)']}],
};

const evil = '<img src=x onerror=window.pwned=1>\u202e';

export const hostileComparison: TestProfile = {
  ...traced,
  comparison: {
    ...comparison,
    tracer: evil,
    facts: [evil],
    legend: ['<script>window.pwned=1</script>'],
    functions: functions.map((row) => ({
      ...row, name: evil, file: `/${evil}`, flags: [evil], builtins: [{name: evil, cprofile_self_s: 1, ncalls: 2}], native: [{name: evil, sampled_s: 1}],
    })),
  },
};

/** A row of a function that is not there. */
export const cutComparison: TestProfile = {...traced, comparison: {...comparison, functions: [{...functions[0], id: 5}]}};
