"""Kernels that are forked from a preloaded process, so that a notebook does not import everything anew."""

import nbformat


def kernel_environment(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """Return the variables that tell which preloaded process suits a notebook."""
    return {}
