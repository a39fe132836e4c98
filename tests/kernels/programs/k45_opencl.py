"""K45: two kernels in OpenCL and the copies around them, on the processor by pocl with one worker.

The worker is another thread, which has no Python: the program's CPU clock is that of the process. OpenCL's own clock,
which the events of a profiling queue give, is printed at the end.
"""

import json
import os
import time

os.environ["POCL_MAX_PTHREAD_COUNT"] = "1"

import numpy as np  # noqa: E402, below what pocl reads when it is loaded
import pyopencl as cl  # noqa: E402

from truth import Truth  # noqa: E402

source = """
kernel void scale(global double* a) {
    size_t i = get_global_id(0);
    double x = a[i];
    for (int k = 0; k < 60; k++) x = x * 0.999 + 0.001;
    a[i] = x;
}
kernel void waves(global const double* a, global double* b) {
    size_t i = get_global_id(0);
    double sum = 0;
    for (int k = 1; k < 8; k++) sum += sin(k * a[i]);
    b[i] = sum;
}
"""

truth = Truth("K45", time.process_time_ns)
(pocl,) = [platform for platform in cl.get_platforms() if "Portable" in platform.name]
(device,) = pocl.get_devices()
context = cl.Context([device])
queue = cl.CommandQueue(context, properties=cl.command_queue_properties.PROFILING_ENABLE)
program = cl.Program(context, source).build()
scale, waves = program.scale, program.waves
here = np.random.default_rng(45).random(1_000_000)
a, b = (cl.Buffer(context, cl.mem_flags.READ_WRITE, here.nbytes) for _ in range(2))
by_events = {"scale": 0, "waves": 0}


def run(kernel, *buffers):
    event = kernel(queue, here.shape, None, *buffers)
    event.wait()
    by_events[kernel.function_name] += event.profile.end - event.profile.start


run(scale, a), run(waves, a, b)  # compiles both
by_events = dict.fromkeys(by_events, 0)

for _ in truth.rounds():
    with truth.phase("copies"):
        for _ in range(40):
            cl.enqueue_copy(queue, a, here)
            cl.enqueue_copy(queue, here, a)
    with truth.phase("scale"):
        for _ in range(3):
            run(scale, a)
    with truth.phase("waves"):
        run(waves, a, b)

print("K45 done", np.isfinite(here).all())
print(json.dumps(by_events))
