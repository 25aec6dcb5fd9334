"""Find a layer of a model by its name, also inside a model that is itself a layer."""

import difflib

import keras


def every_layer(model: keras.Model) -> dict[str, keras.Layer]:
    """Return all layers of a model, in its order; those of a nested model come after it, as "outer/inner".

    Args:
        model (keras.Model): Sequential, functional, written as a class, or nested.

    Raises:
        TypeError: no Keras model.

    Example:
        >>> inner = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3, name="conv")], name="body")
        >>> list(every_layer(keras.Sequential([inner, keras.layers.Flatten(name="flatten")])))
        ['body', 'body/conv', 'flatten']
    """
    if not isinstance(model, keras.Model):
        hint = " Of a Backbone take .model or .body." if hasattr(model, "body") else ""
        raise TypeError(f"model is a {type(model).__name__}; a Keras model is needed.{hint}")
    found = {}
    for layer in model.layers:
        found[layer.name] = layer
        if isinstance(layer, keras.Model):
            found.update({f"{layer.name}/{name}": inner for name, inner in every_layer(layer).items()})
    return found


def find(model: keras.Model, layer: "str | keras.Layer") -> keras.Layer:
    """Return one layer of a model.

    Args:
        model (keras.Model): Sequential, functional, written as a class, or nested.
        layer (str or keras.Layer): its name; of a layer of a nested model also "outer/inner". Or the layer itself.

    Raises:
        TypeError: no Keras model.
        ValueError: the model has no such layer, or several of that name.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3, name="conv1")])
        >>> find(model, "conv1").filters
        2
        >>> find(model, "conv2")
        Traceback (most recent call last):
        ValueError: the model has no layer 'conv2'. Did you mean 'conv1'? Its layers are: conv1.
    """
    known = every_layer(model)
    if isinstance(layer, keras.Layer):
        if not any(one is layer for one in known.values()):
            raise ValueError(f"the layer {layer.name!r} is none of this model's. Its layers are: {', '.join(known)}.")
        return layer
    if layer in known:
        return known[layer]
    places = [path for path in known if path.rsplit("/", 1)[-1] == layer]
    if len({id(known[path]) for path in places}) > 1:
        raise ValueError(f"the model has several layers {layer!r}; say which: {' or '.join(map(repr, places))}.")
    if places:
        return known[places[0]]
    close = difflib.get_close_matches(str(layer), known, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"the model has no layer {layer!r}.{hint} Its layers are: {', '.join(known)}.")
