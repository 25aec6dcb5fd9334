"""Routing by agreement: parents listen most to those children whose votes agree with what they have become."""

import keras
from keras import ops

from course_utils import whole_numbers
from course_utils.capsules import squashing, votes

FORMS = ("implicit", "votes")


@keras.saving.register_keras_serializable("course_utils")
class Capsules(votes.VotingLayer):
    """A layer of capsules with dynamic routing.

    Logits b begin at 0. In each iteration: couplings c = softmax of b over the parents; s_j = sum of c_ij u_hat_ij;
    v_j = squash(s_j); and b_ij grows by <u_hat_ij, v_j>. Logits belong to one image; they are no weights.

    form="votes" computes this as written, with all votes u_hat in memory. form="implicit" gives the same numbers
    without them: the first couplings are all equal, so the first sum is one matrix product; later logits are
    <u_hat_ij, v_j of all iterations so far, added up>, and <u_i W_ij, v_j> = <u_i, W_ij v_j>. It is several times
    faster and needs a fraction of the memory.

    Args:
        num_capsules (int): parents.
        dim (int): numbers in a parent's vector.
        routings (int): iterations; with 1 all couplings are equal and the layer is a dense layer with squash.
            Default 3.
        form (str): "implicit" or "votes". Default "implicit".
        stop_gradient (bool): whether couplings count as constants when gradients are taken. The paper's code takes
            them for functions of the weights; as constants they cost less, and networks learn as well. Default True.
        kernel_initializer (str or Initializer): Default `VoteScaling()`.
        kernel_regularizer, kernel_constraint: as in `keras.layers.Dense`. Default none.
        **kwargs: name, dtype, trainable, as every Keras layer takes them.

    Shapes:
        (N, children, child dim) -> (N, parents, dim). `kernel` is (parents, children, child dim, dim).

    Raises:
        TypeError: an argument that is no whole number where one is needed.
        ValueError: a number out of range, an unknown form, an input that is not (N, children, child dim).

    Example:
        >>> layer = Capsules(num_capsules=10, dim=16)
        >>> outputs, couplings = layer(ops.ones((2, 6, 8)), return_couplings=True)
        >>> tuple(outputs.shape), tuple(couplings.shape), layer.count_params()
        ((2, 10, 16), (2, 10, 6), 7680)

    Source:
        S. Sabour, N. Frosst, G. Hinton, Dynamic routing between capsules, 2017, procedure 1.
    """

    def __init__(self, num_capsules, dim, routings=3, form="implicit", stop_gradient=True, **kwargs):
        super().__init__(num_capsules, dim, **kwargs)
        self.routings = whole_numbers.count(routings, "routings", meaning="1 gives equal couplings, the paper has 3")
        if form not in FORMS:
            raise ValueError(f"form is {form!r}; it must be {' or '.join(map(repr, FORMS))}.")
        self.form = form
        self.stop_gradient = bool(stop_gradient)

    def route(self, children) -> list:
        """Return [(parents' vectors, couplings), ...], one pair for each iteration."""
        return self._implicit(children) if self.form == "implicit" else self._from_votes(children)

    def get_config(self):
        """Return the arguments from which an equal layer can be made."""
        return {
            **super().get_config(),
            "routings": self.routings,
            "form": self.form,
            "stop_gradient": self.stop_gradient,
        }

    def _constant(self, tensor, last: bool):
        """Cut the gradient off, but for the last iteration."""
        return ops.stop_gradient(tensor) if self.stop_gradient and not last else tensor

    def _implicit(self, children) -> list:
        flat, weights = votes.batch_last(children), self._weights()
        number = children.shape[1]
        vectors_so_far, found = None, []
        for iteration in range(self.routings):
            last = iteration == self.routings - 1
            some, some_weights = self._constant(flat, last), self._constant(weights, last)
            if iteration == 0:
                couplings = None
                sums = votes.even_sums(some, some_weights, 1 / self.num_capsules)
            else:
                logits = votes.agreements(
                    self._constant(flat, False), self._constant(weights, False), vectors_so_far, number
                )
                couplings = votes.softmax_over_parents(logits)
                sums = votes.weighed_sums(some, some_weights, ops.cast(couplings, self.compute_dtype))
            vectors = squashing.squash(sums, axis=1)  # (parents, dim, N)
            vectors_so_far = vectors if vectors_so_far is None else vectors_so_far + vectors
            found.append((vectors, couplings))
        return [(ops.transpose(vectors, (2, 0, 1)), self._as_rows(couplings, children)) for vectors, couplings in found]

    def _as_rows(self, couplings, children):
        """Return couplings as (N, parents, children)."""
        if couplings is not None:
            return ops.transpose(couplings, (2, 0, 1))
        like_one = ops.ones_like(children[:, :, :1])  # (N, children, 1)
        even = ops.transpose(ops.repeat(like_one, self.num_capsules, axis=2), (0, 2, 1)) / self.num_capsules
        return ops.cast(even, "float64" if self.compute_dtype == "float64" else "float32")

    def _from_votes(self, children) -> list:
        kernel = ops.cast(self.kernel, self.compute_dtype)
        # (N, children, child dim) and (parents, children, child dim, dim) -> (N, parents, children, dim)
        all_votes = ops.einsum("bik,jikd->bjid", children, kernel)
        couplings, logits, found = self._as_rows(None, children), None, []
        for iteration in range(self.routings):
            last = iteration == self.routings - 1
            if iteration > 0:
                couplings = ops.softmax(logits, axis=1)  # over the parents
            some_votes = self._constant(all_votes, last)
            vectors = squashing.squash(ops.einsum("bji,bjid->bjd", ops.cast(couplings, self.compute_dtype), some_votes))
            found.append((vectors, couplings))
            if not last:
                agreement = ops.einsum("bjid,bjd->bji", some_votes, vectors)
                agreement = ops.cast(agreement, couplings.dtype)
                logits = agreement if logits is None else logits + agreement
        return found
