// Profiles by hand. `heat` resembles the MPI heat solver; `hostile` has names that try to act.
import type {TestFrame, TestProfile, TestStack} from './encode.ts';

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
  processes: [0, 1, 2, 3].map((rank) => ({rank, pid: 2100 + rank})),
  threads: [0, 1, 2, 3].map((process) => ({process, tid: 2100 + process})),
  stacks: [0, 1, 2, 3].flatMap(heatStacks),
  run: {
    command: ['mpirun', '-n', '4', 'python3', 'heat.py', '--size', '2048', '--steps', '400'], script: 'heat.py', ranks: 4,
    wall_ns: 13.94e9, cpu_ns: 54.0e9, rate_hz: 199, period_ns: 5_025_126, mpi: 'Open MPI 4.1.4',
  },
  quality: {
    samples: 10687, expected: 10740, rate_delivered_hz: 198.7, cpu_covered: 0.994,
    lost: [{cause: 'unwind_truncated', count: 12}, {cause: 'tree_full', count: 0}], unwind_complete: 9480,
    unwind_fallback: 74, unwind_truncated: 12, merge_exact: 9400, merge_inexact: 44, merge_none: 122,
    unresolved_native: 66, native: 7800, handler_ns: 2.1e8, handler_median_ns: 6200, handler_p99_ns: 21400,
    handler_max_ns: 320000,
  },
};

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
  processes: [{executable: '/bin/\u202e<img src=x onerror=window.pwned=1>'}, {pid: 101}],
  threads: [{name: '<b>main</b>'}, {process: 1}, {process: 1, name: '\u2066<img src=x onerror=window.pwned=1>'}],
  stacks: [
    {frames: [[0], [1]], samples: 50, thread: 2}, {frames: [[0], [2]], samples: 30}, {frames: [[0], [3], [4]], samples: 20},
  ],
  run: {
    command: ['python3', '</title><script>window.pwned=1</script>'], script: '</title><img src=x onerror=window.pwned=1>',
    notes: ['<b onclick=window.pwned=1>note</b>\u202e'], hosts: ['<i>host</i>'],
  },
};
