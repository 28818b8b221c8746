#!/usr/bin/env python3
"""Ordinary attackers: train a net from scratch on a folder of pictures, and test it on the originals (README.md)."""
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


def stems(layer, width, size):
    """Pictures of more than 32 px are halved by first layers of stride 2 until they are that small, as is usual."""
    layers, inside = [], 3
    while size > 32:
        layers += layer(inside, width, 2)
        inside, size = width, size // 2
    return layers, inside


def vgg(classes, size):
    """Plain convolutions with max pooling."""
    def layer(inside, outside, stride=1):
        return [nn.Conv2d(inside, outside, 3, stride, 1), nn.BatchNorm2d(outside), nn.ReLU()]
    layers, inside = stems(layer, 24, size)
    for width in (24, 48, 96):
        layers += layer(inside, width) + layer(width, width) + ([nn.MaxPool2d(2)] if width < 96 else [])
        inside = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inside, classes))


class Block(nn.Module):
    def __init__(self, inside, outside, stride):
        super().__init__()
        def convolve(a, b, kernel, step):
            return nn.Sequential(nn.Conv2d(a, b, kernel, step, kernel // 2, bias=False), nn.BatchNorm2d(b))
        self.first, self.second = convolve(inside, outside, 3, stride), convolve(outside, outside, 3, 1)
        self.short = nn.Identity() if stride == 1 and inside == outside else convolve(inside, outside, 1, stride)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.short(x))


def resnet(classes, size):
    """Residual blocks that only stride: the form of Fixative's own surrogate."""
    def layer(inside, outside, stride=1):
        return [nn.Conv2d(inside, outside, 3, stride, 1, bias=False), nn.BatchNorm2d(outside), nn.ReLU()]
    layers, inside = stems(layer, 16, size)
    layers += layer(inside, 16)
    inside = 16
    for width in (16, 32, 64, 128):
        layers.append(Block(inside, width, 1 if width == 16 else 2))
        inside = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inside, classes))


# Each net with the peak of its learning rate.
NETS = {'vgg': (vgg, 0.05), 'resnet': (resnet, 0.1)}
CHECK_EVERY = 50


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


def attack(name, sigma, data, steps, seed, view, classes):
    """Returns the net, and its score at every CHECK_EVERY-th step."""
    (train, labels), (test, test_labels) = data
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    make, rate = NETS[name]
    model = make(classes, train.shape[-1]).to(memory_format=torch.channels_last)
    optimiser = torch.optim.SGD(model.parameters(), rate, 0.9, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps)
    scores = []
    for step in range(1, steps + 1):
        model.train()
        batch = torch.as_tensor(random.integers(0, len(train), 64))
        x, y = augment(train[batch], random), labels[batch]
        if view == 'cutout':
            x = cut_out(x, random)
        noise = [torch.randn_like(p) * sigma for p in model.parameters()] if sigma else []
        for parameter, move in zip(model.parameters(), noise):
            parameter.data.add_(move)
        optimiser.zero_grad()
        if view == 'mixup':
            share, other = random.beta(1, 1), torch.as_tensor(random.permutation(len(x)))
            logits = training_logits(model, share * x + (1 - share) * x[other])
            loss = share * F.cross_entropy(logits, y) + (1 - share) * F.cross_entropy(logits, y[other])
        else:
            loss = F.cross_entropy(training_logits(model, x), y)
        loss.backward()
        for parameter, move in zip(model.parameters(), noise):
            parameter.data.sub_(move)
        nn.utils.clip_grad_norm_(model.parameters(), 5.)
        optimiser.step()
        schedule.step()
        if step % CHECK_EVERY == 0 or step == steps:
            scores.append(accuracy(model, test, test_labels))
    return model, scores


def accuracy(model, x, y):
    model.eval()
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
    parser.add_argument('--nets', default='vgg,resnet', help=','.join(NETS))
    parser.add_argument('--sizes', default='64')
    parser.add_argument('--weight-noise', default='0')
    parser.add_argument('--steps', type=int, default=450)
    parser.add_argument('--seeds', type=int, default=1)
    parser.add_argument('--threads', type=int, default=0)
    parser.add_argument('--views', default='none', help=','.join([*FILE_VIEWS, *TRAINING_VIEWS]))
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    rows = []
    for view in options.views.split(','):
        if view not in FILE_VIEWS and view not in TRAINING_VIEWS:
            raise SystemExit(f'no such view: {view}')
        for size, data in load(options, view).items():
            (train, labels), (test, test_labels) = data
            classes = int(labels.max()) + 1
            chance = test_labels.bincount().max().item() / len(test)
            for name in options.nets.split(','):
                for sigma in map(float, options.weight_noise.split(',')):
                    runs = [attack(name, sigma, data, options.steps, seed, view, classes) for seed in range(options.seeds)]
                    rows.append({'view': view, 'size': size, 'net': name, 'weightNoise': sigma, 'chance': chance,
                                 'testImages': len(test), 'trainAccuracy': [accuracy(m, train, labels) for m, _ in runs],
                                 'final': [scores[-1] for _, scores in runs], 'peak': [max(scores) for _, scores in runs]})
    print(json.dumps({'steps': options.steps, 'bfloat16': BFLOAT16, 'rows': rows}))


main()
