# SPDX-License-Identifier: Apache-2.0
"""The one loop that trains every network (learn/tasks): in slices that add up, by pixels seen."""
import os
import signal
import time

import torch

from learn import checkpoint, config, log, pace, tasks, versions
from learn.optimiser import Both, follow
from learn.plan import Plan

SAVE = 110              # seconds between checkpoints
PLAIN = {"output": "residual"}      # of networks in checkpoints older than the key
LOOKS = 200, 30         # rows of the log over the constant stretch and over the fall


class Devices:
    """Where this process computes, and how many others do."""

    def __init__(self, kind, threads):
        kind = ("cuda" if torch.cuda.is_available() else "cpu") if kind == "auto" else kind
        self.world, self.rank = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
        self.device = torch.device(kind, int(os.environ.get("LOCAL_RANK", 0))) if kind == "cuda" else torch.device(kind)
        if kind == "cuda":
            torch.cuda.set_device(self.device)
        if self.world > 1:
            torch.distributed.init_process_group("nccl" if kind == "cuda" else "gloo")
        if threads:
            torch.set_num_threads(threads)
        torch.backends.cudnn.benchmark = True

    def any(self, flag):
        """FLAG of the first process: all must stop at the same step."""
        if self.world == 1:
            return flag
        shared = torch.tensor([float(flag)], device=self.device)
        torch.distributed.broadcast(shared, 0)
        return bool(shared.item())

    def wrap(self, model):
        if self.world == 1:
            return model
        return torch.nn.parallel.DistributedDataParallel(model, [self.device] if self.device.type == "cuda" else None)


class Training:
    """One training in one process. settings: a configuration (learn/config.py). o: the options of train.py. began: when
    the process did."""

    def __init__(self, settings, o, began):
        self.settings, self.o, self.began, self.stopped = settings, o, began, False
        self.devices = Devices(o.device, o.threads)
        self.device, self.first = self.devices.device, self.devices.rank == 0
        self.out, self.commit = o.fall or o.out, versions.commit()
        stored = self._stored()
        torch.manual_seed(settings["seed"] + self.devices.rank)
        self.task = tasks.KINDS[settings["kind"]](settings, o, self.device)
        self.model, self.average = self.task.models(stored)
        for network in (self.model, self.average):
            network.to(memory_format=torch.channels_last)
        self.average.load_state_dict(self.model.state_dict())
        best = settings["optimiser"]
        self.optimiser = Both(self.model.network, best["kind"], best["rate"], best["muon_rate"])
        self.plan = Plan(**settings["length"])
        self.step, self.pixels, self.seconds = 0, 0, 0.0
        self.history = [[0, config.words(settings)]]        # which configuration, from which pixel on
        if stored:
            self._go_on(stored)
        self.random = stored.get("random") if stored and self.devices.world == 1 else None
        self.precision, self.sum, self.count = o.precision, 0, 0
        rows = log.read(log.path_of(self.out if os.path.exists(self.out) else o.out)) if stored else []
        self.log = log.Log(self.out, self.task.columns, rows, self.pixels) if self.first else None

    def _stored(self):
        """The checkpoint to go on from, or None. A fall begins with that of the constant stretch."""
        if os.path.exists(self.out):
            return checkpoint.read(self.out)
        if not self.o.fall:
            return None
        if not os.path.exists(self.o.out):
            raise config.Wrong("%s: no such checkpoint to branch off from" % self.o.out)
        stored = checkpoint.read(self.o.out)
        return dict(stored, fell=stored["pixels"])

    def _go_on(self, stored):
        before, now = stored["config"], self.settings
        network = {**{k: PLAIN[k] for k in PLAIN.keys() & now["network"].keys()}, **before["network"]}
        if network != now["network"] or before["kind"] != now["kind"]:
            raise config.Wrong("%s: of another network than %s states" % (self.out, self.o.config))
        if (stored["fell"] >= 0) != bool(self.o.fall):
            raise config.Wrong("%s: %s" % (self.out, "its rate has fallen: go on from the checkpoint that it branched off from"
                                           if stored["fell"] >= 0 else "it is still on its constant stretch"))
        self.model.load_state_dict(stored["model"])
        self.average.load_state_dict(stored["average"])
        self.optimiser.load_state_dict(stored["optimiser"])
        self.task.load_state(stored["task"])
        self.step, self.pixels, self.seconds, self.history = (stored[k] for k in ("step", "pixels", "seconds", "history"))
        self.plan.began, self.plan.fell = stored["began"], stored["fell"]
        if config.without_origin(before) != config.without_origin(now):
            self.history = self.history + [[self.pixels, config.words(now)]]
        if self.plan.fell >= 0 and stored["config"]["length"]["fall"] != self.plan.fall and self.pixels > self.plan.fell:
            self.plan.fall = stored["config"]["length"]["fall"]          # a fall that has begun stays as long as it was to be

    def _prepare(self):
        """What is to come before the first step: choosing the precision, then the random numbers, which that would use up."""
        if self.o.precision == "auto":
            self.precision, seconds = pace.faster(self.task, self.model, self.device)
            self.precision = "bf16" if self.devices.any(self.precision == "bf16") else "float"
            self._say("a step in float %.4f s, in bfloat16 %.4f s: %s" % (seconds["float"], seconds["bf16"], self.precision))
        seed = self.settings["seed"] + self.devices.rank + 1000003 * (self.step + 1)
        checkpoint.resume_random(self.random, self.device, seed)

    def _say(self, text):
        if self.first:
            print(text, flush=True)

    def save(self):
        length = dict(self.settings["length"], fall=self.plan.fall)
        contents = dict(format=checkpoint.FORMAT, config=dict(self.settings, length=length),
                        history=self.history, model=self.model.state_dict(), average=self.average.state_dict(),
                        optimiser=self.optimiser.state_dict(), task=self.task.state(), about=self.task.describe(), step=self.step,
                        pixels=self.pixels, seconds=self.seconds, began=self.plan.began, fell=self.plan.fell,
                        random=checkpoint.random_state(self.device), precision=self.precision, versions=versions.running(),
                        commit=self.commit, device=self._hardware())
        checkpoint.save(self.out, contents)

    def _hardware(self):
        return torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else "%d threads" % torch.get_num_threads()

    def _look(self, norm):
        self.average.eval()
        with pace.autocast(self.device, self.precision):
            figures = self.task.figures(self.average)
        self.log.add(dict(figures, pixels=self.pixels, step=self.step, minutes=self.seconds / 60,
                          loss=(self.sum / self.count).item(), rate=self.plan.rate(self.pixels), norm=norm.item()))
        self.sum, self.count = 0, 0

    def _one_step(self, run):
        with torch.no_grad():
            sample = self.task.sample(self.task.batch)
        with pace.autocast(self.device, self.precision):
            output = self.task.estimate(run, sample)
        loss = self.task.loss(self.model, output, sample)
        norm = self.optimiser.descend(self.model.network, loss, self.plan.rate(self.pixels))
        self.step += 1
        self.pixels += self.task.batch * self.devices.world * self.task.pixels
        follow(self.average, self.model, self.step, self.settings["optimiser"]["average"])
        self.sum, self.count = self.sum + loss.detach(), self.count + 1
        return norm

    def _over(self):
        """Whether the slice ends: no time is left, or somebody asks to."""
        late = self.o.minutes and time.time() - self.began > 60 * self.o.minutes
        return self.devices.any(bool(late or self.stopped))

    def run(self):
        """Trains until the plan's end or the slice's. Returns whether the plan's was reached."""
        if self.pixels >= self.plan.end():
            return True
        self._prepare()
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "stopped", True))
        signal.signal(signal.SIGINT, lambda *_: setattr(self, "stopped", True))
        wrapped = self.devices.wrap(self.model)
        run = torch.compile(wrapped) if self.o.compile else wrapped
        every = self.plan.constant / LOOKS[0] if self.plan.fell < 0 else self.plan.fall / LOOKS[1]
        start, spent = time.time(), self.seconds
        saved, over = start, False
        while self.pixels < self.plan.end() and not over:
            looked = int(self.pixels / every)
            norm = self._one_step(run)
            self.seconds = spent + time.time() - start
            over = self._over()
            done = over or self.pixels >= self.plan.end()
            if self.first and (done or int(self.pixels / every) > looked):
                self._look(norm)
            if self.first and (done or time.time() - saved > SAVE):
                self.save()
                saved = time.time()
        return self.pixels >= self.plan.end()
