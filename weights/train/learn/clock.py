# SPDX-License-Identifier: Apache-2.0
"""How long a training lasts, and the learning rate on its way."""
import datetime
import math
import time

import torch


def learning_rate(progress):
    """Share of the full rate: a short rise, then a cosine to nearly nothing."""
    return min(1, progress / 0.01 + 0.02) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(progress, 1))))


class Clock:
    """How much of the training is done. By --deadline: wall clock. By --minutes: on a CPU the processor's time for
    each thread, so that neither a stopped process nor a busy machine shortens the training."""

    def __init__(self, minutes, deadline, on_cpu):
        self.minutes, self.spent, self.start = minutes, 0.0, time.time()
        self.now = (lambda: time.process_time() / torch.get_num_threads()) if on_cpu else time.time
        self.last = self.now()
        self.end = None
        if deadline:
            hour, minute = map(int, deadline.split(":"))
            now = datetime.datetime.now(datetime.timezone.utc)
            end = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
            self.end = (end if end > now else end + datetime.timedelta(days=1)).timestamp()

    def step(self):
        now = self.now()
        self.spent, self.last = self.spent + now - self.last, now

    def progress(self):
        if self.end:
            return (time.time() - self.start) / (self.end - self.start)
        return self.spent / (60 * self.minutes)
