# SPDX-License-Identifier: Apache-2.0
"""What trainings differ in: the sample, the model and the loss. A task offers

    batch, pixels           samples of a step, and pixels of a sample
    columns                 its figures in the log
    models(stored)          the model and its average, alike at first; STORED is a checkpoint to go on from, or None
    sample(n)               n samples
    estimate(run, sample)   what the model, or what wraps it, makes of a sample; in bfloat16 if that is faster
    loss(model, output, sample)     to descend, in float32
    figures(average)        at a look, by column
    state(), load_state(state)      what else a training remembers: tensors
    describe()              what a checkpoint needs to say beyond its configuration: plain values
"""
from learn.tasks.denoise import Denoise
from learn.tasks.generate import Generate
from learn.tasks.measure import Measure

KINDS = {"denoise": Denoise, "measure": Measure, "generate": Generate}
