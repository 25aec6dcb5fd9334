"""The cheapest classifier on features: logistic regression, which has no local minimum and no learning rate."""

from collections.abc import Sequence

import numpy as np

STRENGTHS = (0.0003, 0.003, 0.03, 0.3)


class LinearClassifier:
    """One logit per class: features @ kernel + bias.

    Args:
        kernel, bias (array): of a Dense layer that would do the same.

    Shapes:
        kernel (num_features, num_classes); bias (num_classes,).
    """

    def __init__(self, kernel: np.ndarray, bias: np.ndarray):
        self.kernel, self.bias = kernel, bias

    def logits(self, features: np.ndarray) -> np.ndarray:
        """Return one logit per class for each row of features: (num_images, num_classes)."""
        return features @ self.kernel + self.bias

    def accuracy(self, features: np.ndarray, labels: np.ndarray) -> float:
        """Return the share of rows whose largest logit is that of the right class."""
        return float(np.mean(np.argmax(self.logits(features), axis=1) == labels))


def fit_linear(
    features: np.ndarray, labels: np.ndarray, strength: float | None = 0.03, seed: int = 0
) -> LinearClassifier:
    """Fit scikit-learn's LogisticRegression to standardised features.

    Args:
        features (array): one row for each image.
        labels (array of int): 0 to the number of classes - 1; at least two classes.
        strength (float or None): scikit-learn's C: the smaller, the more the weights are held back. Default 0.03;
            None chooses one of STRENGTHS by cross-validation, as far as each class has two images.
        seed (int): of the order for cross-validation. Default 0.

    Shapes:
        features (num_images, num_features); labels (num_images,).

    Example:
        >>> rows = np.array([[0.0, 5.0], [0.2, 5.0], [1.0, 5.0], [1.1, 5.0]])
        >>> fit_linear(rows, np.array([0, 0, 1, 1])).accuracy(rows, np.array([0, 0, 1, 1]))
        1.0
    """
    import threadpoolctl
    from sklearn import linear_model

    features, labels = np.asarray(features), np.asarray(labels)
    if features.ndim != 2 or len(features) != len(labels):
        raise ValueError(
            f"features have the shape {features.shape}, labels {labels.shape}; give one row of features for each label."
        )
    mean, scale = features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64)
    scale = np.where(scale > 1e-6 * max(1e-6, float(scale.max())), scale, np.inf)  # a constant feature says nothing
    inputs, directions = (features - mean) / scale, None
    with threadpoolctl.threadpool_limits(1):  # the tables are small: several threads would wait for each other
        if inputs.shape[0] < inputs.shape[1]:
            # The same problem in as many directions as there are images.
            directions = np.linalg.svd(inputs, full_matrices=False)[2].T
            inputs = inputs @ directions
        strength = strength or _chosen(inputs, labels, STRENGTHS, seed)
        model = linear_model.LogisticRegression(C=strength, max_iter=1000, tol=1e-3).fit(inputs, labels)
    coefficients, bias = model.coef_, model.intercept_
    if len(coefficients) == 1:  # of two classes, scikit-learn keeps the second alone
        coefficients, bias = np.concatenate([0 * coefficients, coefficients]), np.array([0.0, bias[0]])
    kernel = (coefficients.T if directions is None else directions @ coefficients.T) / scale[:, np.newaxis]
    return LinearClassifier(kernel.astype(np.float32), (bias - mean @ kernel).astype(np.float32))


def _chosen(inputs: np.ndarray, labels: np.ndarray, strengths: Sequence[float], seed: int) -> float:
    """Return the strength whose classifiers are least surprised by images that they have not seen."""
    from sklearn import linear_model, model_selection

    folds = min(3, int(np.bincount(labels).min()))
    if folds < 2:
        return strengths[1]
    order = model_selection.StratifiedKFold(folds, shuffle=True, random_state=seed)
    losses = [
        model_selection.cross_val_score(
            linear_model.LogisticRegression(C=strength, max_iter=1000, tol=1e-3),
            inputs,
            labels,
            cv=order,
            scoring="neg_log_loss",
        ).mean()
        for strength in strengths
    ]
    return strengths[int(np.argmax(losses))]
