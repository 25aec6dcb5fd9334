"""What PyTorch's documentation says its layers compute, in plain NumPy: a stand-in for torch.nn where it is missing.

Images are (N, channels, height, width). Written with windows and loops, unlike the course's own convolution.
"""

import math
import types

import numpy as np


class Module:
    """Keeps its layers in the order in which they were set, as torch.nn.Module does."""

    def __init__(self):
        self.__dict__["_children"] = []

    def __setattr__(self, name, value):
        if isinstance(value, Module):
            self._children.append(value)
        self.__dict__[name] = value

    def __call__(self, images):
        return self.forward(images)

    def modules_with_weights(self):
        found = [self] if getattr(self, "weight", None) is not None else []
        for child in self._children:
            found += child.modules_with_weights()
        return found

    def count(self):
        return sum(module.weight.size + module.bias.size for module in self.modules_with_weights())


class Sequential(Module):
    def __init__(self, *modules):
        super().__init__()
        self._children.extend(modules)

    def forward(self, images):
        for module in self._children:
            images = module(images)
        return images


class _Weighted(Module):
    def __init__(self, shape, bias):
        super().__init__()
        rng = np.random.default_rng(math.prod(shape))
        self.weight = rng.normal(size=shape) / math.sqrt(math.prod(shape[1:]) or 1)
        self.bias = rng.normal(size=bias)


class Conv2d(_Weighted):
    """out[n, f, i, j] = bias[f] + sum over c, u, v of weight[f, c, u, v] padded[n, c, i stride + u, j stride + v]."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__((out_channels, in_channels, kernel_size, kernel_size), out_channels)
        self.stride, self.padding = stride, padding

    def forward(self, images):
        around = (self.padding, self.padding)
        padded = np.pad(images, ((0, 0), (0, 0), around, around))
        size, step = self.weight.shape[2], self.stride
        rows, columns = ((side - size) // step + 1 for side in padded.shape[2:])
        out = np.empty((len(images), len(self.weight), rows, columns))
        for i in range(rows):
            for j in range(columns):
                window = padded[:, :, i * step : i * step + size, j * step : j * step + size]
                out[:, :, i, j] = np.tensordot(window, self.weight, ((1, 2, 3), (1, 2, 3))) + self.bias
        return out


class Linear(_Weighted):
    def __init__(self, in_features, out_features):
        super().__init__((out_features, in_features), out_features)

    def forward(self, rows):
        return rows @ self.weight.T + self.bias


class BatchNorm2d(_Weighted):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__((num_features,), num_features)
        self.running_mean, self.running_var, self.eps = np.zeros(num_features), np.ones(num_features), eps

    def forward(self, images):
        side = (slice(None), None, None)
        scaled = (images - self.running_mean[side]) / np.sqrt(self.running_var[side] + self.eps)
        return scaled * self.weight[side] + self.bias[side]


class ReLU(Module):
    def forward(self, images):
        return np.maximum(images, 0)


class Flatten(Module):
    def forward(self, images):
        return images.reshape(len(images), -1)


class MaxPool2d(Module):
    def __init__(self, kernel_size, stride=None, ceil_mode=False):
        super().__init__()
        self.size, self.stride, self.ceil_mode = kernel_size, stride or kernel_size, ceil_mode

    def forward(self, images):
        rounded = math.ceil if self.ceil_mode else math.floor
        rows, columns = (rounded((side - self.size) / self.stride) + 1 for side in images.shape[2:])
        out = np.empty((*images.shape[:2], rows, columns))
        for i in range(rows):
            for j in range(columns):
                top, left = i * self.stride, j * self.stride
                out[:, :, i, j] = images[:, :, top : top + self.size, left : left + self.size].max(axis=(2, 3))
        return out


class AdaptiveAvgPool2d(Module):
    def __init__(self, output_size):
        super().__init__()
        assert output_size == 1

    def forward(self, images):
        return images.mean(axis=(2, 3), keepdims=True)


nn = types.SimpleNamespace(
    AdaptiveAvgPool2d=AdaptiveAvgPool2d, BatchNorm2d=BatchNorm2d, Conv2d=Conv2d, Flatten=Flatten, Linear=Linear,
    MaxPool2d=MaxPool2d, Module=Module, ReLU=ReLU, Sequential=Sequential,
)  # fmt: skip
