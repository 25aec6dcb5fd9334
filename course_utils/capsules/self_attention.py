"""Self-attention routing: couplings in one step, from how well a child's vote agrees with all the others."""

import math

import keras
from keras import ops

from course_utils.capsules import squashing, votes


@keras.saving.register_keras_serializable("course_utils")
class SelfAttentionCapsules(votes.VotingLayer):
    """A layer of capsules without iterations: a vote counts by its agreement with the sum of all votes for its parent.

    The couplings are the softmax over parents j of <u_hat_ij, sum of the votes for j> / sqrt(dim). To these comes a
    learned number for each child and parent (`prior`), zero at first. As in the implicit form of `Capsules`, no vote
    is ever stored.

    Args:
        num_capsules (int): parents.
        dim (int): numbers in a parent's vector.
        kernel_initializer (str or Initializer): Default `VoteScaling()`.
        kernel_regularizer, kernel_constraint: as in `keras.layers.Dense`. Default none.
        **kwargs: name, dtype, trainable, as every Keras layer takes them.

    Shapes:
        (N, children, child dim) -> (N, parents, dim). The couplings that `return_couplings=True` gives are those of
        the softmax, without the prior, so they add up to 1 over the parents.

    Raises:
        TypeError, ValueError: as `Capsules`.

    Example:
        >>> layer = SelfAttentionCapsules(num_capsules=10, dim=16)
        >>> tuple(layer(ops.ones((2, 6, 8))).shape), layer.count_params()
        ((2, 10, 16), 7740)

    Source:
        V. Mazzia, F. Salvetti, M. Chiaberge, Efficient-CapsNet: capsule network with self-attention routing, 2021.
        Its squash is another one; here it is that of Sabour and others.
    """

    def build(self, input_shape):
        """Make the weights and the prior.

        Args:
            input_shape (tuple): (N, children, child dim), N may be None.
        """
        super().build(input_shape)
        self.prior = self.add_weight(
            name="prior", shape=(self.num_capsules, self._built_for[0], 1), initializer="zeros"
        )

    def route(self, children) -> list:
        """Return [(parents' vectors, couplings)]: there is one step only."""
        flat, weights = votes.batch_last(children), self._weights()
        sums = votes.even_sums(flat, weights, 1.0)
        logits = votes.agreements(flat, weights, sums, children.shape[1]) / math.sqrt(self.dim)
        couplings = votes.softmax_over_parents(logits)
        with_prior = ops.cast(couplings, self.compute_dtype) + ops.cast(self.prior, self.compute_dtype)
        vectors = squashing.squash(votes.weighed_sums(flat, weights, with_prior), axis=1)
        return [(ops.transpose(vectors, (2, 0, 1)), ops.transpose(couplings, (2, 0, 1)))]
