// Profiles by hand. `heat` resembles the MPI heat solver; `hostile` has names that try to act.
import type {TestFrame, TestMoment, TestProfile, TestStack} from './encode.ts';
export {cutComparison, hostileComparison, traced, tracedLines} from './traced.ts';
export {hostileDifference, twoRuns} from './two_runs.ts';

export const heat: TestProfile = {
  modules: [
    '/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0', '/home/user/heat/_heat.so', '/usr/lib/x86_64-linux-gnu/libmpi.so.40',
    '/usr/lib/x86_64-linux-gnu/libc.so.6', '/usr/lib/x86_64-linux-gnu/openblas/libblas.so.3',
    '/usr/lib/python3/dist-packages/mpi4py/MPI.cpython-311-x86_64-linux-gnu.so', '[kernel]',
  ],
  functions: [
    {name: '<module>', file: '/home/user/heat/heat.py', line: 1},
    {name: 'main', file: '/home/user/heat/heat.py', line: 88},
    {name: 'Grid.step', file: '/home/user/heat/grid.py', line: 41},
    {name: 'Grid.exchange', file: '/home/user/heat/grid.py', line: 60},
    {name: '_PyEval_EvalFrameDefault', domain: 'native', module: 0, machinery: true, file: 'Python/ceval.c', line: 1663},
    {name: 'cfunction_call', domain: 'native', module: 0, machinery: true, file: 'Objects/methodobject.c', line: 530},
    {name: 'jacobi_sweep', domain: 'native', module: 1, file: '/home/user/heat/heat.c', line: 12},
    {name: 'MPI_Sendrecv', domain: 'mpi', module: 2},
    {name: 'opal_progress', domain: 'mpi', module: 2},
    {name: 'MPI_Allreduce', domain: 'mpi', module: 2},
    {name: 'norm', file: '/usr/lib/python3/dist-packages/numpy/linalg/linalg.py', line: 2357},
    {name: 'dnrm2_k_HASWELL', domain: 'native', module: 4},
    {name: 'ddot_kernel_8', domain: 'native', module: 4},
    {name: '__memcpy_avx_unaligned_erms', domain: 'native', module: 3},
    {name: 'residual', file: '/home/user/heat/grid.py', line: 77},
    {name: '__pyx_pf_6mpi4py_3MPI_4Comm_Sendrecv(PyMPICommObject*, _object*, int, int)', domain: 'native', module: 5},
    {name: 'poll', domain: 'os', module: 6},
    {name: 'import_modules', file: '<frozen importlib._bootstrap>', line: 1176},
    {name: 'unmarshal', domain: 'native', module: 0, file: 'Python/marshal.c', line: 1550},
    {name: 'update', domain: 'jit', file: '/home/user/heat/kernels.py', line: 9},
  ],
  processes: [0, 1, 2, 3].map((rank) => ({
    rank, pid: 2100 + rank, wall_ns: 13.96e9, begin_ns: rank * 20e6, moment_stride_ns: 4 * 5_025_126,
  })),
  slices: [0, 1, 2, 3].map(heatSlices),
  moments: [0, 1, 2, 3].map(heatMoments),
  threads: [0, 1, 2, 3].map((process) => ({process, tid: 2100 + process})),
  stacks: [0, 1, 2, 3].flatMap(heatStacks),
  measures: [
    {name: 'PAPI_TOT_INS', unit: 'count', perSample: 21_000_000}, {name: 'PAPI_TOT_CYC', unit: 'count', perSample: 14_000_000},
  ],
  ratios: [{name: 'ipc', unit: 'instructions/cycle', numerator: 1, denominator: 2, scale: 1}],
  findings: [
    'MPI_Sendrecv at grid.py:63 waits at most 17.4 % of the time on 3 of 4 ranks for rank 3.',
    'The kernel jacobi_sweep (heat.c:21) takes 46.1 % of the time, called at grid.py:48.',
  ],
  balance: {
    from: 'calls', parallel: 0.761, load: 0.843, communication: 0.903, serialisation: 0.931, transfer: 0.97, elapsed_ns: 13.94e9, lost_to_imbalance_ns: 8.1e9,
    lost_to_communication_ns: 5.3e9, ranks: [0, 1, 2, 3].map((rank) => ({rank, useful_ns: (9.6 + rank) * 1e9, in_mpi_ns: (4.3 - rank) * 1e9})),
  },
  calls: {
    ranks: [0, 1, 2, 3],
    time_of_ranks_ns: 55.76e9,
    rows: [
      {
        call: 'MPI_Sendrecv', function: 'Grid.exchange', file: '/home/user/heat/grid.py', line: 63, time_ns: 11.2e9, samples: 2300,
        time_ranks: {min: 2.0e9, mean: 2.8e9, max: 3.9e9, argmax: 0},
        counted: {
          kind: 'point', count: 3200, bytes: 3200 * 16_384, shortest_ns: 41_000, longest_ns: 38_000_000, wait_ns: 9.7e9,
          waiting: 'at_most', latest_rank: -1, wait_state: 'late_partner',
        },
      },
      {
        call: 'MPI_Allreduce', function: 'residual', file: '/home/user/heat/grid.py', line: 80, time_ns: 3.4e9, samples: 660,
        time_ranks: {min: 0.4e9, mean: 0.85e9, max: 1.2e9, argmax: 0},
        counted: {
          kind: 'collective', count: 1600, bytes: 12_800, shortest_ns: 9_000, longest_ns: 21_000_000, wait_ns: 3.1e9,
          waiting: 'measured', latest_rank: 3,
        },
      },
      {call: 'MPI_Init', time_ns: 0.2e9, samples: 40},
    ],
  },
  callsByRank: {
    time: [3.9e9, 3.1e9, 2.2e9, 2.0e9, 1.2e9, 1.0e9, 0.8e9, 0.4e9], wait: [3.5e9, 2.7e9, 1.9e9, 1.6e9, 1.1e9, 0.9e9, 0.8e9, 0.3e9],
  },
  sources: [
    {file: '/home/user/heat/grid.py', first_line: 38, lines: gridText()},
    {file: '/home/user/heat/heat.c', first_line: 10, newer: true, lines: [
      '/* One sweep over the inner points. */', '', 'double jacobi_sweep(double *restrict to, const double *restrict from, int n) {',
      '    double change = 0;', '    for (int i = 1; i < n - 1; i++) {', '        const double *up = from + (i - 1) * n;',
      '        const double *down = from + (i + 1) * n;', '        for (int j = 1; j < n - 1; j++) {',
      '            const double old = from[i * n + j];', '            const double sides = from[i * n + j - 1] + from[i * n + j + 1];',
      '', '            const double now = 0.25 * (up[j] + down[j] + sides);', '            change += (now - old) * (now - old);',
      '            to[i * n + j] = now;', '        }', '    }', '    return change;', '}',
    ]},
  ],
  run: {
    counters: ['PAPI_TOT_INS', 'PAPI_TOT_CYC'],
    command: ['mpirun', '-n', '4', 'python3', 'heat.py', '--size', '2048', '--steps', '400'], script: 'heat.py', ranks: 4,
    wall_ns: 13.94e9, cpu_ns: 54.0e9, rate_hz: 199, period_ns: 5_025_126, mpi: 'Open MPI 4.1.4', moment_unit_ns: 2 ** 20,
  },
  quality: {
    samples: 10687, expected: 10740, rate_delivered_hz: 198.7, cpu_covered: 0.994,
    lost: [{cause: 'unwind_truncated', count: 12}, {cause: 'tree_full', count: 0}], unwind_complete: 9480,
    unwind_fallback: 74, unwind_truncated: 12, merge_exact: 9400, merge_inexact: 44, merge_none: 122,
    unresolved_native: 66, native: 7800, handler_ns: 2.1e8, handler_median_ns: 6200, handler_p99_ns: 21400,
    handler_max_ns: 320000,
  },
};

/** Lines 38 to 80. */
function gridText(): string[] {
  return [
    'class Grid:', '    """A square of the plate, with a border of its neighbours\' points."""', '', '    def step(self):',
    '        """One step on the inner points."""', '        old = self.now', '        self.now, self.then = self.then, self.now', '',
    '        self.steps += 1', '        # the kernel is in heat.c', '        change = _heat.jacobi_sweep(self.then, old, self.n)',
    '        return change', '', ...Array.from({length: 9}, () => ''), '    def exchange(self):', '        """Borders of the neighbours."""',
    '        up, down = self.neighbours', '        self.comm.Sendrecv(self.now[1], up, recvbuf=self.now[-1], source=down)',
    '        self.comm.Sendrecv(self.now[-2], down, recvbuf=self.now[0], source=up)', ...Array.from({length: 12}, () => ''),
    '    def residual(self):', '        """How far from the solution, over all ranks."""', '        mine = numpy.linalg.norm(self.now - self.then)',
    '        return self.comm.allreduce(mine ** 2) ** 0.5',
  ];
}

function heatStacks(rank: number): TestStack[] {
  const slow = 1 + 0.15 * rank;
  const top: TestFrame[] = [[0, 120], [4], [1, 97], [4]];
  const step: TestFrame[] = [...top, [2, 48], [4], [5]];
  const exchange: TestFrame[] = [...top, [3, 63], [4], [15]];
  const residual: TestFrame[] = [...top, [14, 80], [4]];
  const stack = (frames: TestFrame[], samples: number): TestStack => ({frames, thread: rank, samples: Math.round(samples)});
  return [
    stack([...step, [6, 21]], 620 * slow), stack([...step, [6, 22]], 410 * slow), stack([...step, [6, 18]], 55),
    stack([...step, [13]], 90), stack([...step, [19, 12]], 75), stack([...top, [2, 46]], 40), stack(step, 12),
    stack([...exchange, [7], [8]], 520 / slow), stack([...exchange, [7], [8], [16]], 140 / slow),
    stack([...exchange, [7]], 60), stack(exchange, 9),
    stack([...residual, [10, 2511], [4], [5], [11]], 130), stack([...residual, [10, 2513], [4], [5], [12]], 84),
    stack([...residual, [10, 2511]], 20), stack([...residual, [9], [8]], 240 / slow),
    stack([[0, 3], [4], [17, 1176], [4], [17, 1176], [4], [18]], 64), stack([[0, 3], [4], [17, 1176]], 21),
  ];
}

/** About 27 samples in each 134 ms: modules are loaded, then sweeps and the exchange of borders take turns. */
function heatSlices(rank: number): number[][] {
  const step = (slice: number): number[] => {
    const native = slice % 13 < 8 + rank ? 19 + rank : 6;
    return [1, native, 25 - native, 0];
  };
  return Array.from({length: 104}, (_, slice) => (slice < 9 ? [18, 6, 0, 2] : step(slice)));
}

/** Every fourth sample of the slices, with stacks of its category by turns. */
function heatMoments(rank: number): TestMoment[] {
  const [loading, sweeping, exchanging] = [[15, 15, 16], [0, 0, 1, 0, 1, 3, 0, 1, 4, 2, 5, 0, 1, 11, 0], [7, 8, 7, 14, 7, 9]];
  const ofRank = 17 * rank;
  let count = 0;
  return heatSlices(rank).flatMap(([python = 0, native = 0, mpi = 0, other = 0], slice) => {
    const samples = [...Array(python + other).fill(loading), ...Array(native).fill(slice < 9 ? loading : sweeping), ...Array(mpi).fill(exchanging)] as number[][];
    return samples.flatMap((stacks, i): TestMoment[] => {
      const time = Math.floor((rank * 20e6 + (slice + i / samples.length) * 2 ** 27) / 2 ** 20);
      return count++ % 4 === 0 ? [[time, ofRank + (stacks[(count >> 2) % stacks.length] ?? 0)]] : [];
    });
  });
}

export const twoHosts: TestProfile = {...heat, run: {...heat.run, hosts: ['node01', 'node02']}};

export const ofRank: TestProfile = {...heat, opening: {rank: 2, metric: 'PAPI_TOT_INS'}};

const {moments: _moments, ...timeless} = heat;
export const withoutMoments: TestProfile = timeless;
export const wrongMoments: TestProfile = {...heat, moments: [[[9, 0], [8, 0]], [], [], []]};

/** More rows than any window has. */
export const deep: TestProfile = {
  functions: Array.from({length: 90}, (_, i) => ({name: `level_${i}`, file: '/home/user/deep.py', line: 1 + i})),
  stacks: [
    {frames: Array.from({length: 90}, (_, i): TestFrame => [i, 2]), samples: 60},
    ...Array.from({length: 40}, (_, i): TestStack => ({frames: [[0], [1, 2], [2 + i, 3], [3 + i, 3]], samples: 1})),
  ],
};

/** Two ranks that never ran long enough. */
export const empty: TestProfile = {
  functions: [{name: 'main', file: 'a.py'}], stacks: [], processes: [{rank: 0}, {rank: 1}], threads: [{}, {process: 1}],
  run: {ranks: 2}, findings: ['The profile holds no samples: the program used too little CPU time.'],
};

/** Source text that is none. */
export const cut: TestProfile = {...heat, sources: [{file: 'a.py', first_line: 0, lines: []}]};

/** A line that a pool of threads works for. */
export const pool: TestProfile = {
  functions: [
    {name: '<module>', file: '/home/user/pool.py', line: 1}, {name: '[worker threads]', domain: 'native', workers: true},
    {name: 'gemm_thread', domain: 'native', module: 0},
  ],
  modules: ['/usr/lib/libopenblas.so.0'],
  threads: [{}, {tid: 101, is_python: false}],
  stacks: [{frames: [[0, 3]], samples: 40}, {frames: [[0, 3], [1], [2]], samples: 60, thread: 1}],
};

export const hostile: TestProfile = {
  modules: ['/srv/"><img src=x onerror=window.pwned=1>.so'],
  functions: [
    {name: '</script><script>window.pwned=1</script>', file: '</script><svg onload=window.pwned=1>', line: 3},
    {name: '<img src="http://192.0.2.1/x.png" onerror="window.pwned=1">', domain: 'native', module: 0},
    {name: 'safe\u202egnp.exe\u2066', file: 'a\u0007b.py', line: 1},
    {name: 'javascript:window.pwned=1', domain: 'mpi', file: '{{constructor.constructor("window.pwned=1")()}}'},
    {name: '@PYPROF_DATA@ $& $` @SCRIPT@', domain: 'os'},
  ],
  findings: ['<img src=x onerror=window.pwned=1> is slow\u202e.'],
  measures: [{name: '<img src=x onerror=window.pwned=1>', unit: 'count', perSample: 3}],
  calls: {ranks: [], time_of_ranks_ns: 0, rows: [
    {call: '<script>window.pwned=1</script>', function: '\u202e<img>', file: '</script><svg onload=window.pwned=1>', line: 3, time_ns: 5, samples: 0},
  ]},
  sources: [{file: '</script><svg onload=window.pwned=1>', first_line: 1, lines: [
    '</script><script>window.pwned=1</script>', '<img src=x onerror=window.pwned=1>', 'x = "\u202e<b onclick=window.pwned=1>"  # \u2066',
  ]}],
  processes: [{executable: '/bin/\u202e<img src=x onerror=window.pwned=1>'}, {pid: 101}],
  slices: [[[3, 0, 0, 0]], [[0, 2, 0, 1], [0, 1, 0, 0]]],
  moments: [[[2, 1], [90, 1]], [[100, 0], [100, 2], [101, 0]]],
  threads: [{name: '<b>main</b>'}, {process: 1}, {process: 1, name: '\u2066<img src=x onerror=window.pwned=1>'}],
  stacks: [
    {frames: [[0], [1]], samples: 50, thread: 2}, {frames: [[0], [2]], samples: 30}, {frames: [[0], [3], [4]], samples: 20},
  ],
  run: {
    command: ['python3', '</title><script>window.pwned=1</script>'], script: '</title><img src=x onerror=window.pwned=1>',
    notes: ['<b onclick=window.pwned=1>note</b>\u202e'], hosts: ['<i>host</i>'], moment_unit_ns: 2 ** 20,
  },
};
