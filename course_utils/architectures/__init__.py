"""What a network is made of, before it is trained: sizes, numbers of parameters, receptive fields.

The formulas need no Keras; it is loaded when a model is looked at.

Example:
    >>> from course_utils import architectures
    >>> architectures.output_size(130, kernel_size=3), architectures.conv_parameters(3, 10, kernel_size=3)
    (128, 280)
"""

from course_utils.architectures.parameters import (
    conv_parameters,
    dense_parameters,
    depthwise_parameters,
    locally_connected_parameters,
)
from course_utils.architectures.receptive import Field, fields, receptive_field
from course_utils.architectures.shapes import flattened_size, output_size, padding_of, same_padding
from course_utils.architectures.tables import Row, Table, table
from course_utils.architectures.unallocated import without_weights

__all__ = [
    "Field",
    "Row",
    "Table",
    "conv_parameters",
    "dense_parameters",
    "depthwise_parameters",
    "fields",
    "flattened_size",
    "locally_connected_parameters",
    "output_size",
    "padding_of",
    "receptive_field",
    "same_padding",
    "table",
    "without_weights",
]
