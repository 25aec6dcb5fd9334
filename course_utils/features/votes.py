"""What each feature says for one class against another, and how many of the strongest decide it."""

import numpy as np


def votes(features: np.ndarray, kernel: np.ndarray, winner: int, rival: int) -> np.ndarray:
    """Return what each feature contributes to the difference of two logits: positive for the winner.

    Args:
        features (array): what enters the last dense layer for one image.
        kernel (array): of this layer.
        winner, rival (int): two class numbers.

    Shapes:
        features (num_features,); kernel (num_features, num_classes); returns (num_features,), float64.

    Raises:
        ValueError: shapes that do not fit each other, or no such class.

    Example:
        >>> votes(np.array([2.0, 1.0]), np.array([[3.0, 1.0], [0.0, 5.0]]), winner=0, rival=1).tolist()
        [4.0, -5.0]
    """
    features, kernel = np.asarray(features, dtype=np.float64), np.asarray(kernel, dtype=np.float64)
    if features.ndim != 1 or kernel.ndim != 2 or len(features) != len(kernel):
        raise ValueError(
            f"features have the shape {features.shape}, the kernel {kernel.shape}; give one row of features, "
            "(num_features,), and a kernel (num_features, num_classes)."
        )
    for name, number in (("winner", winner), ("rival", rival)):
        if not 0 <= number < kernel.shape[1]:
            raise ValueError(f"{name} is {number}; the classes are 0 to {kernel.shape[1] - 1}.")
    return features * (kernel[:, winner] - kernel[:, rival])


def fewest_to_overturn(features: np.ndarray, kernel: np.ndarray, bias: np.ndarray, winner: int, rival: int) -> int:
    """Return how many of the strongest votes for the winner have to go until it leads no more.

    Args:
        features, kernel, winner, rival: as for `votes`.
        bias (array): of the last dense layer.

    Shapes:
        bias (num_classes,).

    Raises:
        ValueError: as for `votes`; or it leads by its bias, and all its votes together do not decide it.

    Example:
        >>> kernel = np.array([[3.0, 0.0], [2.0, 0.0], [0.0, 1.0]])
        >>> fewest_to_overturn(np.ones(3), kernel, np.zeros(2), winner=0, rival=1)
        2
    """
    found = votes(features, kernel, winner, rival)
    lead = found.sum() + float(bias[winner]) - float(bias[rival])
    strongest = np.sort(found[found > 0])[::-1]
    left = lead - np.concatenate([[0.0], np.cumsum(strongest)])
    if left[-1] > 0:
        raise ValueError(f"class {winner} still leads class {rival} by {left[-1]:.3g} when all its votes are gone.")
    return int(np.argmax(left <= 0))
