# SPDX-License-Identifier: Apache-2.0
"""Whether bfloat16 or float is faster, measured on a few steps of the training itself: it depends on the processor."""
import contextlib
import copy
import time

import torch

FEW = 4                 # samples that do for it on a CPU
RUNS = 3


def autocast(device, precision):
    """precision: `bf16` or `float`."""
    if precision == "float":
        return contextlib.nullcontext()
    return torch.autocast(device.type, dtype=torch.bfloat16)


def seconds(task, model, sample, device, precision):
    """Of one step forward and back: on a CPU the processor's time for each thread, as others may share it."""
    def now():
        if device.type == "cuda":
            torch.cuda.synchronize(device)
            return time.perf_counter()
        return time.process_time() / torch.get_num_threads()

    began = now()
    with autocast(device, precision):
        output = task.estimate(model, sample)
    task.loss(model, output, sample).backward()
    return now() - began


def faster(task, model, device):
    """`bf16` or `float`, and the seconds of each. Leaves TASK as it was."""
    state, copied = copy.deepcopy(task.state()), copy.deepcopy(model)
    with torch.no_grad():
        sample = task.sample(min(FEW, task.batch) if device.type == "cpu" else task.batch)
    best = {"float": float("inf"), "bf16": float("inf")}
    for run in range(RUNS):
        for precision in best:
            took = seconds(task, copied, sample, device, precision)
            if run:                                     # the first one prepares
                best[precision] = min(best[precision], took)
    task.load_state(state)
    return min(best, key=best.get), best
