"""Teach a network that reads numbers or words, and write it as ONNX.

    /usr/bin/python3 training/train.py MODEL.onnx LINES.npz... [--minutes N] [--threads N]

Needs PyTorch (Debian's ``python3-torch``) and NumPy alone. The last file of lines is kept back to tell how
well the network reads what it has not seen. The lines say which signs there are, and how high they are.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as of

_STEP = 4
"""Columns of a strip for each output."""

_BATCH = 64
_LONGEST = 560
_USUAL_HEIGHT = 32
_SMALL = 32
"""Pixels; higher strips are those of words, with the marks of Vietnamese."""

_RATE = 2.5e-3
_SEED = 7
_TELL = 150
"""Seconds."""


def block(into: int, out: int, pool: tuple[int, int]) -> nn.Sequential:
    """A convolution, and half the size of it."""
    return nn.Sequential(
        nn.Conv2d(into, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU(), nn.MaxPool2d(pool)
    )


class Beside(nn.Module):  # type: ignore[misc]  # PyTorch is not here when types are checked
    """Something added to what it is made from."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, given: Tensor) -> Tensor:
        """What is given, and what is made from it, together."""
        return given + self.inner(given)


def across(wide: int, reach: int) -> list[nn.Module]:
    """A look at neighbouring columns."""
    return [
        nn.Conv2d(wide, wide, (1, reach), padding=(0, reach // 2), bias=False),
        nn.BatchNorm2d(wide),
        nn.ReLU(),
    ]


def network(height: int, signs: int) -> nn.Sequential:
    """From (batch, 1, height, width) to (batch, signs + 1, 1, width / 4)."""
    small = height <= _SMALL
    last, wide, left = (96, 128, 2) if small else (112, 160, 3)
    more = [] if small else [Beside(nn.Sequential(*across(wide, 5)))]
    return nn.Sequential(
        block(1, 16, (2, 2)),
        block(16, 32, (2, 2)),
        block(32, 64, (2, 1)),
        block(64, last, (2, 1)),
        nn.Conv2d(last, wide, (left, 3), padding=(0, 1), bias=False),
        nn.BatchNorm2d(wide),
        nn.ReLU(),
        nn.Dropout(0.1),
        *across(wide, 5),
        *more,
        nn.Conv2d(wide, signs + 1, 1),
    )


class Lines:
    """Strips with their texts."""

    def __init__(self, files: list[Path]) -> None:
        self.strips: list[np.ndarray] = []
        self.texts: list[str] = []
        self.alphabet, self.height = "", 0
        for file in files:
            data = np.load(file)
            self.alphabet, self.height = str(data["alphabet"]), data["ink"].shape[0]
            ends = np.concatenate([[0], np.cumsum(data["widths"])])
            ink = data["ink"]
            for index, text in enumerate(data["texts"]):
                strip = ink[:, ends[index] : ends[index + 1]]
                known = set(text) <= set(self.alphabet)
                if known and strip.shape[1] <= _LONGEST and strip.shape[1] // _STEP > len(text):
                    self.strips.append(np.ascontiguousarray(strip))
                    self.texts.append(str(text))


def changed(strips: Tensor, lengths: Tensor, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """Strips a little larger or smaller, moved, leaning, bolder or paler, with dirt on them.

    Returns them and their lengths.
    """
    count, _, high, wide = strips.shape

    def between(least: float, most: float) -> torch.Tensor:
        return (least + (most - least) * torch.rand(count, generator=chance)).view(-1, 1, 1)

    def sometimes(share: float) -> torch.Tensor:
        return (torch.rand(count, generator=chance) < share).view(-1, 1, 1, 1)

    broader = between(0.88, 1.14)
    lengths = (lengths * broader.flatten()).round().long().clamp(min=12)
    new = int(lengths.max())
    new += -new % _STEP
    x = torch.arange(new).view(1, 1, -1) + 0.5
    y = torch.arange(high).view(1, -1, 1) + 0.5 - high / 2
    from_x = x / broader + between(-0.12, 0.12) * y
    from_y = (
        y / between(0.86, 1.14)
        + between(-1.8, 1.8) * high / _USUAL_HEIGHT
        + between(-0.012, 0.012) * (x - lengths.view(-1, 1, 1) / 2)
    )
    grid = torch.stack((from_x / wide * 2 - 1, from_y / high * 2 + 0 * from_x), dim=-1)
    strips = of.grid_sample(strips, grid, padding_mode="border", align_corners=False)
    soft = of.avg_pool2d(strips, 3, stride=1, padding=1) * between(0.9, 1.2)[..., None]
    strips = torch.where(sometimes(0.3), soft, strips)
    grain = torch.randn(strips.shape, generator=chance) * between(0.02, 0.14)[..., None]
    strips = strips + grain * sometimes(0.3)
    # A remainder of a rule or of dots.
    rows = torch.arange(high).view(1, -1, 1)
    begin, row = between(-new, new), between(0, high)
    marked = (rows >= row) & (rows < row + between(1, 3)) & (x >= begin) & (x < begin + between(4, new))
    dotted = (x % between(4, 14).round() < between(1, 4)) | (between(0, 1) < 0.4)
    mark = (marked & dotted).float()[:, None] * between(0.2, 1)[..., None]
    strips = torch.where(sometimes(0.25), torch.maximum(strips, mark), strips)
    strips = strips * between(0.75, 1.2)[..., None] + between(-0.04, 0.08)[..., None]
    # Paper behind the shorter ones.
    strips = strips * (x < lengths.view(-1, 1, 1)).float()[:, None]
    return strips.contiguous(memory_format=torch.channels_last), lengths


def as_tensor(strip: np.ndarray) -> torch.Tensor:
    """A strip as the network takes it."""
    return torch.from_numpy(strip.astype(np.float32) / 127 - 0.5)[None]


def joined(strips: list[torch.Tensor]) -> torch.Tensor:
    """Strips as one batch, paper behind the shorter ones."""
    wide = max(strip.shape[-1] for strip in strips)
    wide += -wide % _STEP
    batch = torch.zeros(len(strips), 1, strips[0].shape[-2], wide)
    for index, strip in enumerate(strips):
        batch[index, :, :, : strip.shape[-1]] = strip
    return batch.contiguous(memory_format=torch.channels_last)


def read(outputs: torch.Tensor, alphabet: str) -> list[str]:
    """What the outputs say: the likeliest of each column, repetitions and nothings left out."""
    texts = []
    for best in outputs.argmax(1).squeeze(1).tolist():
        signs = [now for now, before in zip(best, [0, *best[:-1]], strict=True) if now and now != before]
        texts.append("".join(alphabet[sign - 1] for sign in signs))
    return texts


def test(net: nn.Module, lines: Lines) -> str:
    """Shares of lines that are read without a mistake: of numbers, and of all."""
    net.eval()
    right: dict[bool, list[bool]] = {True: [], False: []}
    with torch.no_grad():
        for start in range(0, len(lines.texts), _BATCH):
            batch = joined([as_tensor(strip) for strip in lines.strips[start : start + _BATCH]])
            said = read(net(batch), lines.alphabet)
            for one, wanted in zip(said, lines.texts[start : start + _BATCH], strict=True):
                right[sum(map(str.isdigit, wanted)) * 2 > len(wanted)].append(one == wanted)
    net.train()
    return ", ".join(
        f"{name} {np.mean(right[key]):.4f} of {len(right[key])}"
        for key, name in ((True, "numbers"), (False, "others"))
    )


def teach(net: nn.Module, lines: Lines, kept: Lines, minutes: float, weights: Path) -> None:
    """Teach for some minutes; what was learnt is written down now and then."""
    chance = torch.Generator().manual_seed(_SEED)
    order = np.random.default_rng(_SEED)
    optimiser = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=1e-4)
    began, told, steps = time.monotonic(), time.monotonic(), 0
    while True:
        # Strips of about one length go together.
        shuffled = order.permutation(len(lines.texts))
        pools = [shuffled[at : at + 50 * _BATCH] for at in range(0, len(shuffled), 50 * _BATCH)]
        for pool in pools:
            by_length = pool[np.argsort([lines.strips[index].shape[1] for index in pool], kind="stable")]
            batches = [by_length[at : at + _BATCH] for at in range(0, len(by_length), _BATCH)]
            for number in order.permutation(len(batches)):
                done = (time.monotonic() - began) / 60 / minutes
                if done >= 1:
                    return
                warm = min(1.0, (steps + 1) / 200)
                rate = _RATE * warm * (0.02 + 0.98 * (1 + math.cos(math.pi * done)) / 2)
                for group in optimiser.param_groups:
                    group["lr"] = rate
                chosen = batches[number]
                plain = [as_tensor(lines.strips[index]) for index in chosen]
                lengths = torch.tensor([strip.shape[-1] for strip in plain])
                strips, lengths = changed(joined(plain), lengths, chance)
                texts = [lines.texts[index] for index in chosen]
                outputs = net(strips).squeeze(2).permute(2, 0, 1).log_softmax(2)
                wanted = torch.tensor([lines.alphabet.index(sign) + 1 for text in texts for sign in text])
                loss = of.ctc_loss(
                    outputs,
                    wanted,
                    torch.div(lengths + _STEP - 1, _STEP, rounding_mode="floor"),
                    torch.tensor([len(text) for text in texts]),
                    zero_infinity=True,
                )
                optimiser.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(net.parameters(), 5.0)
                optimiser.step()
                steps += 1
                if time.monotonic() - told > _TELL:
                    told = time.monotonic()
                    torch.save(net.state_dict(), weights)
                    print(f"{done:.0%} {steps} steps, loss {loss.item():.3f}; {test(net, kept)}", flush=True)


def main() -> None:
    """Teach a network and write it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("lines", type=Path, nargs="+")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--start", type=Path, help="weights of an earlier run")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(_SEED)
    lines, kept = Lines(options.lines[:-1]), Lines(options.lines[-1:])
    print(f"{len(lines.texts)} lines, {len(kept.texts)} kept back", flush=True)
    net = network(lines.height, len(lines.alphabet)).to(memory_format=torch.channels_last)
    weights = options.model.with_suffix(".pt")
    if options.start:
        net.load_state_dict(torch.load(options.start))
    teach(net, lines, kept, options.minutes, weights)
    torch.save(net.state_dict(), weights)
    print(test(net, kept))
    net.eval()
    torch.onnx.export(
        net.to(memory_format=torch.contiguous_format),
        torch.zeros(1, 1, lines.height, 160),
        str(options.model),
        input_names=["strip"],
        output_names=["signs"],
        dynamic_axes={"strip": {3: "width"}, "signs": {3: "steps"}},
        opset_version=11,
    )


if __name__ == "__main__":
    main()
