#!/usr/bin/env python3
"""An ordinary attacker: trains a plain convolutional net on a folder of pictures and tests it on the originals.

    python3 scripts/attacker.py ORIGINALS PROTECTED [--seeds 3] [--steps 600]

Needs Debian's python3-torch and python3-pil. Every fifth picture of a class is left out of training; the score is the
share of those, as originals, that the net recognises. The net is not Fixative's surrogate (VGG-like, no shortcuts), it
knows nothing of weight noise, and it has the usual augmentation (flip and shift). One JSON object is printed.
"""
import argparse
import json
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from PIL import Image


def pictures(root, size):
    """Pictures by class: {class: [(relative path, 3×S×S in 0–1)]}, the class being the sub-folder."""
    found = {}
    for name in sorted(d for d in os.listdir(root) if os.path.isdir(os.path.join(root, d))):
        for file in sorted(os.listdir(os.path.join(root, name))):
            picture = Image.open(os.path.join(root, name, file)).convert('RGB').resize((size, size), Image.BICUBIC)
            found.setdefault(name, []).append((file, np.asarray(picture, dtype=np.float32).transpose(2, 0, 1) / 255))
    return found


def net(classes):
    def layer(inside, outside):
        return nn.Sequential(nn.Conv2d(inside, outside, 3, padding=1), nn.BatchNorm2d(outside), nn.ReLU())
    return nn.Sequential(layer(3, 32), layer(32, 32), nn.MaxPool2d(2), layer(32, 64), layer(64, 64), nn.MaxPool2d(2),
                         layer(64, 128), layer(128, 128), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, classes))


def augment(x, random):
    if random.random() < 0.5:
        x = x.flip(3)
    pad = x.shape[-1] // 8
    i, j = random.integers(0, 2 * pad + 1, 2)
    return F.pad(x, (pad,) * 4, mode='reflect')[:, :, i:i + x.shape[2], j:j + x.shape[3]]


def attack(train, labels, steps, seed, classes):
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    model = net(classes)
    optimiser = torch.optim.SGD(model.parameters(), 0.05, 0.9, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.05, steps)
    for _ in range(steps):
        batch = torch.as_tensor(random.integers(0, len(train), 64))
        optimiser.zero_grad()
        F.cross_entropy(model(augment(train[batch], random)), labels[batch]).backward()
        optimiser.step()
        schedule.step()
    return model.eval()


def accuracy(model, x, y):
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('originals')
    parser.add_argument('protected')
    parser.add_argument('--size', type=int, default=32)
    parser.add_argument('--steps', type=int, default=600)
    parser.add_argument('--seeds', type=int, default=3)
    options = parser.parse_args()
    original, protected = pictures(options.originals, options.size), pictures(options.protected, options.size)
    train, train_labels, test, test_labels = [], [], [], []
    for label, name in enumerate(original):
        # By position, because a protected picture may have another extension than its original.
        for i, ((_, before), (_, after)) in enumerate(zip(original[name], protected[name], strict=True)):
            if i % 5 == 0:
                test.append(before)
                test_labels.append(label)
            else:
                train.append(after)
                train_labels.append(label)
    train, test = torch.tensor(np.stack(train)), torch.tensor(np.stack(test))
    train_labels, test_labels = torch.tensor(train_labels), torch.tensor(test_labels)
    scores, fits = [], []
    for seed in range(options.seeds):
        model = attack(train, train_labels, options.steps, seed, len(original))
        scores.append(accuracy(model, test, test_labels))
        fits.append(accuracy(model, train, train_labels))
    print(json.dumps({'chance': 1 / len(original), 'testImages': len(test), 'steps': options.steps,
                      'trainAccuracy': fits, 'accuracyOnOriginals': scores, 'mean': sum(scores) / len(scores)}))


main()
