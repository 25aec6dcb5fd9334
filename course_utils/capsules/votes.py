"""What two capsule layers share: their weights, their shapes, and sums of votes without the votes themselves."""

import keras
from keras import ops

from course_utils import whole_numbers


class VotingLayer(keras.layers.Layer):
    """A layer in which every child capsule votes for the vector of every parent, through weights of its own.

    The vote of child i for parent j is u_hat_ij = u_i W_ij. A subclass says how votes are weighed.

    Args:
        num_capsules (int): parents.
        dim (int): numbers in a parent's vector.
        kernel_initializer (str or Initializer): Default `VoteScaling()`.
        kernel_regularizer, kernel_constraint: as in `keras.layers.Dense`. Default none.
        **kwargs: name, dtype, trainable, as every Keras layer takes them.
    """

    def __init__(
        self,
        num_capsules,
        dim,
        kernel_initializer="course_utils>VoteScaling",
        kernel_regularizer=None,
        kernel_constraint=None,
        **kwargs,
    ):
        from course_utils.capsules import vote_scaling

        super().__init__(**kwargs)
        self.num_capsules = whole_numbers.count(num_capsules, "num_capsules", meaning="how many parents there are")
        self.dim = whole_numbers.count(dim, "dim", meaning="how many numbers are in a parent's vector")
        if kernel_initializer == "course_utils>VoteScaling":
            kernel_initializer = vote_scaling.VoteScaling()
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)

    def build(self, input_shape):
        """Make the weights: one matrix for each child and parent.

        Args:
            input_shape (tuple): (N, children, child dim), N may be None.
        """
        children, child_dim = self._children(input_shape)
        self._built_for = children, child_dim
        self.kernel = self.add_weight(
            name="kernel",
            shape=(self.num_capsules, children, child_dim, self.dim),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )

    def call(self, inputs, return_couplings=False):
        """Return the parents' vectors, and on demand the couplings of the last iteration.

        Args:
            inputs (tensor): vectors of the children.
            return_couplings (bool): Default False.

        Shapes:
            (N, children, child dim) -> (N, parents, dim); couplings (N, parents, children), which add up to 1 over
            the parents.
        """
        self._check(inputs.shape)
        outputs, couplings = self.route(ops.cast(inputs, self.compute_dtype))[-1]
        return (outputs, couplings) if return_couplings else outputs

    def iterations(self, inputs) -> list:
        """Return [(parents' vectors, couplings), ...], one pair for each iteration, the first first.

        Args:
            inputs (tensor): vectors of the children.

        Shapes:
            inputs (N, children, child dim); each pair (N, parents, dim) and (N, parents, children).
        """
        inputs = ops.cast(ops.convert_to_tensor(inputs), self.compute_dtype)
        if not self.built:
            self.build(inputs.shape)
        self._check(inputs.shape)
        return self.route(inputs)

    def route(self, children) -> list:
        """Return the pairs of `iterations`; a subclass has to write this."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape):
        """Return (N, parents, dim) for the shape of the children.

        Args:
            input_shape (tuple): (N, children, child dim), N may be None.
        """
        self._children(input_shape)
        if self.built:
            self._check(input_shape)
        return (input_shape[0], self.num_capsules, self.dim)

    def compute_output_spec(self, inputs, return_couplings=False):
        """Return shape and precision of what `call` returns."""
        outputs = keras.KerasTensor(self.compute_output_shape(inputs.shape), self.compute_dtype)
        if not return_couplings:
            return outputs
        exact = "float64" if self.compute_dtype == "float64" else "float32"
        return outputs, keras.KerasTensor((inputs.shape[0], self.num_capsules, inputs.shape[1]), exact)

    def get_config(self):
        """Return the arguments from which an equal layer can be made."""
        return {
            **super().get_config(),
            "num_capsules": self.num_capsules,
            "dim": self.dim,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "kernel_constraint": keras.constraints.serialize(self.kernel_constraint),
        }

    def _weights(self):
        """Return the weights as (parents, children * child dim, dim), in the precision of computing."""
        _, children, child_dim, dim = self.kernel.shape
        kernel = ops.cast(self.kernel, self.compute_dtype)
        return ops.reshape(kernel, (self.num_capsules, children * child_dim, dim))

    def _children(self, shape) -> tuple[int, int]:
        """Return (children, child dim) of an input shape, or say what is wrong with it."""
        name = type(self).__name__
        if len(shape) != 3:
            raise ValueError(
                f"{name} was given the shape {tuple(shape)}; it needs (N, children, child dim). "
                "PrimaryCapsules makes such capsules from feature maps."
            )
        if any(side is None for side in shape[1:]):
            raise ValueError(
                f"{name} was given the shape {tuple(shape)}; children and child dim must be known, since every child "
                "has weights of its own. Give the size of the images in keras.Input."
            )
        return int(shape[1]), int(shape[2])

    def _check(self, shape) -> None:
        given = self._children(shape)
        if given != self._built_for:
            raise ValueError(
                f"{type(self).__name__} was built for {self._built_for} (children, child dim) and got {given}. "
                "Images of another size give another number of children: resize the images, or make a new layer."
            )


def batch_last(children):
    """Return children as (children * child dim, N), so that equal places of all images are one run of memory.

    Example:
        >>> batch_last(ops.zeros((5, 3, 2))).shape[1]
        5
    """
    return ops.transpose(ops.reshape(children, (-1, children.shape[1] * children.shape[2])))


def even_sums(flat, weights, share: float):
    """Return `share` times the sum of all votes for each parent, which is one matrix product.

    Args:
        flat (tensor): children, as `batch_last` gives them.
        weights (tensor): of all votes.
        share (float): the coupling of every child and parent.

    Shapes:
        flat (children * child dim, N), weights (parents, children * child dim, dim); returns (parents, dim, N).
    """
    parents, rows, dim = weights.shape
    merged = ops.reshape(ops.transpose(weights, (0, 2, 1)), (parents * dim, rows))
    return ops.reshape(ops.matmul(merged, flat * share), (parents, dim, -1))


def weighed_sums(flat, weights, couplings):
    """Return the sum of all votes for each parent, each times its coupling: couple the children, then multiply.

    Args:
        flat (tensor): children, as `batch_last` gives them.
        weights (tensor): of all votes.
        couplings (tensor): of child and parent.

    Shapes:
        flat (children * child dim, N), weights (parents, children * child dim, dim), couplings (parents, children, N);
        returns (parents, dim, N).
    """
    parents, children = couplings.shape[:2]
    rows = weights.shape[1]
    apart = ops.reshape(flat, (1, children, rows // children, -1))
    coupled = ops.reshape(ops.expand_dims(couplings, 2) * apart, (parents, rows, -1))
    return ops.matmul(ops.transpose(weights, (0, 2, 1)), coupled)


def agreements(flat, weights, vectors, children: int):
    """Return the product of every vote with a vector of its parent: <u W, v> = <u, W v>, so no vote is needed.

    Args:
        flat (tensor): children, as `batch_last` gives them.
        weights (tensor): of all votes.
        vectors (tensor): one for each parent.
        children (int): how many.

    Shapes:
        flat (children * child dim, N), weights (parents, children * child dim, dim), vectors (parents, dim, N);
        returns (parents, children, N).
    """
    parents, rows, _ = weights.shape
    products = ops.matmul(weights, vectors) * flat  # (parents, children * child dim, N)
    return ops.sum(ops.reshape(products, (parents, children, rows // children, -1)), axis=2)


def softmax_over_parents(logits):
    """Return couplings that add up to 1 over the first axis, the parents, in float32 at least.

    Shapes:
        (parents, ...) -> the same.
    """
    exact = "float64" if keras.backend.standardize_dtype(logits.dtype) == "float64" else "float32"
    logits = ops.cast(logits, exact)
    # ops.softmax would move this axis to the end and back.
    powers = ops.exp(logits - ops.stop_gradient(ops.max(logits, axis=0, keepdims=True)))
    return powers / ops.sum(powers, axis=0, keepdims=True)
