#!/usr/bin/env python3
"""An ordinary attacker: trains a plain convolutional net on a folder of pictures and tests it on the originals.

    python3 scripts/attacker.py ORIGINALS PROTECTED [--sizes 32,64] [--views none,grey,jpeg50] [--seeds 3] [--steps 600]

Needs Debian's python3-torch and python3-pil. Every fifth picture of a class is left out of training; the score is the
share of those, as originals, that the net recognises. The net is not Fixative's surrogate (VGG-like, no shortcuts), it
knows nothing of weight noise, and it has the usual augmentation (flip and shift). With PROTECTED = ORIGINALS the score
is what the pictures teach without protection. A view is what the attacker does to the pictures first, in the hope of
undoing the protection; the test pictures go through the same, except cutout and mixup. One JSON object is printed.
"""
import argparse
import io
import json
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image, ImageFilter


def as_jpeg(picture, quality):
    file = io.BytesIO()
    picture.save(file, 'JPEG', quality=quality)
    return Image.open(file).convert('RGB')


def half_and_back(picture):
    half = picture.resize((max(1, picture.width // 2), max(1, picture.height // 2)), Image.BICUBIC)
    return half.resize(picture.size, Image.BICUBIC)


# Training is several times faster in bfloat16 where the processor computes in it.
BFLOAT16 = os.path.exists('/proc/cpuinfo') and 'avx512_bf16' in open('/proc/cpuinfo').read()

# Each works on a picture at its own size, before it is shrunk to what the net sees.
FILE_VIEWS = {
    'none': lambda p: p,
    'jpeg75': lambda p: as_jpeg(p, 75),
    'jpeg50': lambda p: as_jpeg(p, 50),
    'jpeg30': lambda p: as_jpeg(p, 30),
    'grey': lambda p: p.convert('L').convert('RGB'),
    'half-size': half_and_back,
    'blur': lambda p: p.filter(ImageFilter.GaussianBlur(1)),
    '3-bit': lambda p: p.point(lambda v: round(v / 255 * 7) / 7 * 255),
}
TRAINING_VIEWS = ('cutout', 'mixup')


def flattened(path):
    picture = Image.open(path)
    if 'A' in picture.getbands() or 'transparency' in picture.info:
        picture = picture.convert('RGBA')
        white = Image.new('RGBA', picture.size, 'white')
        picture = Image.alpha_composite(white, picture)
    return picture.convert('RGB')


def files(root):
    """Paths by class, the class being the sub-folder; sorted by name."""
    classes = sorted(d for d in os.listdir(root) if os.path.isdir(os.path.join(root, d)))
    return {name: [os.path.join(root, name, file) for file in sorted(os.listdir(os.path.join(root, name)))]
            for name in classes}


def shrunk(picture, size):
    """3×S×S in 0–1."""
    return np.asarray(picture.resize((size, size), Image.BICUBIC), dtype=np.float32).transpose(2, 0, 1) / 255


def net(classes, size):
    """Pictures of more than 32 px are halved by a first layer of stride 2 until they are that small, as is usual."""
    def layer(inside, outside, stride=1):
        return [nn.Conv2d(inside, outside, 3, stride, 1), nn.BatchNorm2d(outside), nn.ReLU()]
    layers, inside = [], 3
    while size > 32:
        layers += layer(inside, 24, 2)
        inside, size = 24, size // 2
    for width in (24, 48, 96):
        layers += layer(inside, width) + layer(width, width) + ([nn.MaxPool2d(2)] if width < 96 else [])
        inside = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inside, classes))


def augment(x, random):
    flip = torch.as_tensor(random.random(len(x)) < 0.5)
    x = torch.where(flip[:, None, None, None], x.flip(3), x)
    pad, side = x.shape[-1] // 8, x.shape[-1]
    padded = F.pad(x, (pad,) * 4, mode='reflect')
    shifts = random.integers(0, 2 * pad + 1, (len(x), 2))
    return torch.stack([p[:, i:i + side, j:j + side] for p, (i, j) in zip(padded, shifts)])


def cut_out(x, random):
    side = x.shape[-1]
    for picture in x:
        i, j = random.integers(-side // 4, side - side // 4, 2)
        picture[:, max(0, i):i + side // 2, max(0, j):j + side // 2] = 0.5
    return x


def training_logits(model, x):
    with torch.autocast('cpu', torch.bfloat16, enabled=BFLOAT16):
        return model(x.contiguous(memory_format=torch.channels_last)).float()


def attack(train, labels, steps, seed, view, classes):
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    model = net(classes, train.shape[-1]).to(memory_format=torch.channels_last)
    optimiser = torch.optim.SGD(model.parameters(), 0.05, 0.9, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.05, steps)
    for _ in range(steps):
        batch = torch.as_tensor(random.integers(0, len(train), 64))
        x, y = augment(train[batch], random), labels[batch]
        if view == 'cutout':
            x = cut_out(x, random)
        optimiser.zero_grad()
        if view == 'mixup':
            share, other = random.beta(1, 1), torch.as_tensor(random.permutation(len(x)))
            logits = training_logits(model, share * x + (1 - share) * x[other])
            loss = share * F.cross_entropy(logits, y) + (1 - share) * F.cross_entropy(logits, y[other])
        else:
            loss = F.cross_entropy(training_logits(model, x), y)
        loss.backward()
        optimiser.step()
        schedule.step()
    return model.eval()


def accuracy(model, x, y):
    with torch.no_grad():
        parts = zip(x.split(200), y.split(200))
        return sum((model(a).argmax(1) == b).sum().item() for a, b in parts) / len(x)


def load(options, view):
    """Training pictures as protected, test pictures as originals, both through the view: for each size, a pair each."""
    change = FILE_VIEWS.get(view, FILE_VIEWS['none'])
    originals, protected = files(options.originals), files(options.protected)
    sizes = [int(size) for size in options.sizes.split(',')]
    sets = {size: {'train': ([], []), 'test': ([], [])} for size in sizes}
    for label, name in enumerate(originals):
        if len(originals[name]) != len(protected[name]):
            raise SystemExit(f'{name}: {len(originals[name])} originals, {len(protected[name])} protected pictures')
        # By position, because a protected picture may have another extension than its original.
        for i, pair in enumerate(zip(originals[name], protected[name])):
            part, path = ('test', pair[0]) if i % 5 == 0 else ('train', pair[1])
            picture = change(flattened(path))
            for size in sizes:
                pictures, labels = sets[size][part]
                pictures.append(shrunk(picture, size))
                labels.append(label)
    tensors = lambda pair: (torch.tensor(np.stack(pair[0])), torch.tensor(pair[1]))
    return {size: (tensors(found['train']), tensors(found['test'])) for size, found in sets.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('originals')
    parser.add_argument('protected')
    parser.add_argument('--sizes', default='32')
    parser.add_argument('--steps', type=int, default=600)
    parser.add_argument('--seeds', type=int, default=3)
    parser.add_argument('--threads', type=int, default=0)
    parser.add_argument('--views', default='none', help=','.join([*FILE_VIEWS, *TRAINING_VIEWS]))
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    rows = []
    for view in options.views.split(','):
        if view not in FILE_VIEWS and view not in TRAINING_VIEWS:
            raise SystemExit(f'no such view: {view}')
        for size, ((train, labels), (test, test_labels)) in load(options, view).items():
            classes = int(labels.max()) + 1
            models = [attack(train, labels, options.steps, seed, view, classes) for seed in range(options.seeds)]
            scores = [accuracy(model, test, test_labels) for model in models]
            fits = [accuracy(model, train, labels) for model in models]
            chance = test_labels.bincount().max().item() / len(test)
            rows.append({'view': view, 'size': size, 'chance': chance, 'testImages': len(test), 'trainAccuracy': fits,
                         'accuracyOnOriginals': scores, 'mean': sum(scores) / len(scores)})
    print(json.dumps({'steps': options.steps, 'bfloat16': BFLOAT16, 'rows': rows}))


main()
