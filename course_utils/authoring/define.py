"""Define an exercise: its cases, hints, right answers in other styles, and typical mistakes.

Used in the hidden cells of a lesson's source:

    exercise = define.function("2.4", edge_strength, rtol=1e-5)
    exercise.case("a step up", image=images.step(6, 6))
    exercise.case("a flat image", visible=False, image=np.zeros((6, 6)))
    exercise.hints("what is wrong", "where to look", "a worked smaller case")

    @exercise.correct
    def with_a_loop(image): ...

    @exercise.mutant("Negative edges are lost: uint8 has no room below 0.")
    def stays_uint8(image): ...
"""

import dataclasses
import inspect
import zlib
from collections.abc import Callable

import numpy as np

from course_utils.checks import answers, calling, comparison, encoding, goals, judging, observing

MOST_VALUES = 4096
FEWEST = {"hints": 3, "styles": 2, "mutants": 3, "wrong answers": 2}


class DefinitionError(ValueError):
    """A mistake in the definition of an exercise; the message says how to mend it."""


@dataclasses.dataclass(frozen=True)
class Case:
    """One input on which an exercise is judged."""

    name: str
    inputs: dict
    visible: bool
    weight: float
    tolerance: comparison.Tolerance
    raises: str | None = None
    goal: goals.Goal | None = None


@dataclasses.dataclass(frozen=True)
class Mutant:
    """A typical wrong answer with the message for the student who gives it."""

    name: str
    function: Callable
    message: str
    only_hidden: bool = False

    def document(self, judgement: judging.Judgement, cases: list[dict]) -> dict:
        """Return the message and what came of each case (None where it passes) as data."""
        outcomes = [
            None if result.passed else result.outcome.document(judging.tolerance_of(case))
            for result, case in zip(judgement.results, cases, strict=True)
        ]
        return {"message": self.message, "name": self.name, "outcomes": outcomes}


@dataclasses.dataclass(frozen=True)
class WrongAnswer:
    """A known wrong answer to a question with the message for the student who gives it."""

    value: object
    message: str


@dataclasses.dataclass
class Exercise:
    """What an exercise is judged by; made by `function` or `answer`, filled in the hidden cells.

    Args:
        number (str): for example "2.4".
        kind (str): "function" or "answer".
        reference (callable or value): the right function or answer.
        tolerance (comparison.Tolerance): of every case that states none of its own.
        may_change_input (bool): whether the function is meant to change its argument.
        decimals (int): digits behind the point of an answer that count.
        observe (str or None): the observer that looks at a model which the function returns.
        title, level, points, line, stub: set by `collect` from the lesson's source.
    """

    number: str
    kind: str
    reference: object
    tolerance: comparison.Tolerance = dataclasses.field(default_factory=comparison.Tolerance)
    may_change_input: bool = False
    decimals: int = 0
    observe: str | None = None
    title: str = ""
    level: str = ""
    points: float = 1.0
    line: int = 0
    stub: Callable[[], object] | None = None
    cases: list[Case] = dataclasses.field(default_factory=list)
    makers: list[tuple[int, Callable]] = dataclasses.field(default_factory=list)
    hint_texts: list[str] = dataclasses.field(default_factory=list)
    styles: list[Callable] = dataclasses.field(default_factory=list)
    mutants: list[Mutant] = dataclasses.field(default_factory=list)
    wrong_answers: list[WrongAnswer] = dataclasses.field(default_factory=list)
    _hidden: dict[tuple, list[dict]] = dataclasses.field(default_factory=dict, repr=False, compare=False)

    @property
    def function_name(self) -> str:
        """The name that the statement gives to the function."""
        return getattr(self.reference, "__name__", "")

    def _only_for(self, kind: str, what: str) -> None:
        if self.kind != kind:
            raise DefinitionError(f"{self.number}: {what} belongs to an exercise made by define.{kind}.")

    def case(
        self,
        name: str,
        /,
        *,
        visible: bool = True,
        weight: float = 1.0,
        rtol: float | None = None,
        atol: float | None = None,
        raises: type[Exception] | None = None,
        inputs: dict | None = None,
        goal: goals.Goal | None = None,
        **arguments,
    ) -> None:
        """Add a case; its expected result comes from the reference.

        Args:
            name (str): what is special about the input, in words that a student reads.
            visible (bool): whether students get it with the check. Default True.
            weight (float): its share of the points. Default 1.
            rtol (float), atol (float): tolerance of this case. Default: the exercise's.
            raises (exception type): when the right behaviour is this error. Default None.
            inputs (dict): arguments whose names are taken by one of the above.
            goal (goals.Goal): what the network that is returned must reach; with observe="trained" only.
            **arguments: the function's arguments, by name.
        """
        self._only_for("function", "a case")
        if any(case.name == name for case in self.cases):
            raise DefinitionError(f"{self.number}: two cases are called {name!r}; give each its own name.")
        if not weight > 0:
            raise DefinitionError(f"{self.number}: the weight of {name!r} is {weight!r}; it must be above 0.")
        given = {**(inputs or {}), **arguments}
        parameters = list(inspect.signature(self.reference).parameters)
        unknown = [argument for argument in given if argument not in parameters]
        if unknown:
            raise DefinitionError(
                f"{self.number}: case {name!r} gives {unknown[0]!r}; "
                f"{self.function_name} takes {', '.join(parameters)}."
            )
        try:
            ordered = {key: encoding.decode(encoding.encode(given[key])) for key in parameters if key in given}
        except encoding.NotPlain as error:
            raise DefinitionError(f"{self.number}: an argument of case {name!r} is {error}.") from None
        tolerance = comparison.Tolerance(
            self.tolerance.rtol if rtol is None else rtol,
            self.tolerance.atol if atol is None else atol,
            self.tolerance.check_dtype,
        )
        error = raises.__name__ if raises else None
        self.cases.append(Case(name, ordered, visible, float(weight), tolerance, error, goal))

    def random_cases(self, count: int, make: Callable[[np.random.Generator], dict]) -> None:
        """Add hidden cases whose inputs are drawn afresh in every grading run.

        Args:
            count (int): how many.
            make (callable): takes a numpy Generator, returns a dict of arguments; with observe="trained" the key
                "goal" holds a goals.Goal too.
        """
        self._only_for("function", "a random case")
        self.makers.append((count, make))

    def hints(self, *texts: str) -> None:
        """Set the hints, from "what is wrong" over "where to look" to a worked smaller case; at least 3."""
        self.hint_texts = [" ".join(text.split()) for text in texts]

    def correct(self, function: Callable) -> Callable:
        """Add a right answer that is written differently (a decorator); at least 2."""
        self._only_for("function", "another correct style")
        self.styles.append(function)
        return function

    def mutant(self, message: str, only_hidden: bool = False) -> Callable[[Callable], Callable]:
        """Add a typical wrong answer (a decorator); at least 3.

        Args:
            message (str): tells a student who makes just this mistake what is wrong, not the answer.
            only_hidden (bool): no visible case tells it from the right answer. Default False.
        """
        self._only_for("function", "a mutant")
        if callable(message):
            raise DefinitionError(f'{self.number}: write @exercise.mutant("what is wrong"), with a message.')

        def add(function: Callable) -> Callable:
            self.mutants.append(Mutant(function.__name__, function, " ".join(message.split()), only_hidden))
            return function

        return add

    def wrong(self, value, message: str) -> None:
        """Add a known wrong answer with its message; at least 2."""
        self._only_for("answer", "a wrong answer")
        self.wrong_answers.append(WrongAnswer(value, " ".join(message.split())))

    def hidden_cases(self, seed: int = 0) -> list[Case]:
        """Return the hidden cases, the random ones drawn with a seed."""
        drawn = []
        for which, (count, make) in enumerate(self.makers):
            generator = np.random.default_rng([seed, which, zlib.crc32(self.number.encode())])
            parameters = list(inspect.signature(self.reference).parameters)
            for index in range(count):
                given = make(generator)
                ordered = {key: given[key] for key in parameters if key in given}
                name = f"random {which + 1}.{index + 1}"
                drawn.append(Case(name, ordered, False, 1.0, self.tolerance, goal=given.get("goal")))
        return [case for case in self.cases if not case.visible] + drawn

    def case_document(self, case: Case) -> dict:
        """Return a case as data, with what the reference gives for it.

        Raises:
            DefinitionError: the reference itself fails on it.
        """
        arguments = [[name, encoding.encode(value)] for name, value in case.inputs.items()]
        document: dict = {"name": case.name, "arguments": arguments, "weight": case.weight}
        parameters = inspect.signature(self.reference).parameters
        gap = False
        by_keyword = []
        for name, parameter in parameters.items():
            gap = gap or name not in case.inputs or parameter.kind is parameter.KEYWORD_ONLY
            if gap and name in case.inputs:
                by_keyword.append(name)
        if by_keyword:
            document["by_keyword"] = by_keyword
        for key in ("rtol", "atol"):
            if getattr(case.tolerance, key) is not None:
                document[key] = getattr(case.tolerance, key)
        if case.tolerance.check_dtype:
            document["check_dtype"] = True
        if self.may_change_input:
            document["may_change_input"] = True
        if self.observe:
            document["observe"] = self.observe
        if (case.goal is not None) != (self.observe == observing.TRAINED and not case.raises):
            raise DefinitionError(
                f"{self.number}: case {case.name!r} has {'a' if case.goal else 'no'} goal; a case of an exercise with "
                f'observe="{observing.TRAINED}" needs one, and no other case.'
            )
        if case.goal is not None:
            document["goal"] = case.goal.document()
        outcome = calling.call(
            self.reference,
            lambda: judging.arguments_of(document),
            set(by_keyword),
            self.observe,
            document.get("goal"),
        )
        where = f"{self.number}: the reference, on case {case.name!r},"
        if case.raises:
            if outcome.raised != case.raises:
                raise DefinitionError(f"{where} does not raise {case.raises}.")
            return {**document, "expected": {"raises": case.raises}}
        if outcome.raised is not None:
            raise DefinitionError(f"{where} raises {outcome.raised}: {outcome.message} ({outcome.where}).")
        if outcome.unusable is not None:
            raise DefinitionError(f"{where} returns {outcome.unusable}.")
        if outcome.changed and not self.may_change_input:
            raise DefinitionError(f"{where} changes its argument {outcome.changed[0]}.")
        if case.goal is not None and outcome.value != case.goal.wanted():
            raise DefinitionError(f"{where} does not reach its goal: {outcome.value}.")
        if outcome.shares:
            document["shares"] = True
        return {
            **document,
            "expected": {"value": encoding.encode(comparison.rounded(outcome.value, case.tolerance))},
        }

    def visible_documents(self) -> list[dict]:
        """Return the visible cases as data."""
        return [self.case_document(case) for case in self.cases if case.visible]

    def hidden_documents(self, seed: int = 0) -> list[dict]:
        """Return the hidden cases as data; for grading and tests, never for students."""
        key = (seed, len(self.cases), len(self.makers))
        if (
            key not in self._hidden
        ):  # a reference that trains a network is not run anew for each answer it is put beside
            self._hidden[key] = [self.case_document(case) for case in self.hidden_cases(seed)]
        return list(self._hidden[key])


def function(
    number: str,
    reference: Callable,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    check_dtype: bool = False,
    may_change_input: bool = False,
    observe: str | None = None,
) -> Exercise:
    """Define an exercise in which the student writes a function.

    Args:
        number (str): for example "2.4".
        reference (callable): the right function; its parameters give the order of the arguments.
        rtol (float), atol (float): tolerance. Default: 1e-5 relative for floats, whole numbers exact.
        check_dtype (bool): whether an array's dtype must be right. Default False.
        may_change_input (bool): whether changing the argument is the purpose. Default False.
        observe (str): for a function that returns a Keras model, what of it is compared: "layers" (a line per
            layer), "size" (output shape and parameters), "outputs" (for fixed weights) or "trained" (whether it
            reaches the case's goal). Default None: the value.

    Returns:
        An Exercise to which cases, hints, correct styles and mutants are added.
    """
    if not callable(reference):
        raise DefinitionError(f"{number}: define.function needs the function; for a value use define.answer.")
    if observe is not None and observe not in observing.NAMES:
        raise DefinitionError(f"{number}: observe is {observe!r}; it must be one of {', '.join(observing.NAMES)}.")
    tolerance = comparison.Tolerance(rtol, atol, check_dtype)
    return Exercise(number, "function", reference, tolerance, may_change_input, observe=observe)


def answer(number: str, value, *, decimals: int = 0) -> Exercise:
    """Define a question with a short answer: a number, a word, True or False, or a tuple of these.

    Args:
        number (str): for example "1.3".
        value (number, str, bool or tuple): the right answer.
        decimals (int): digits behind the point that count; may be negative. Default 0.

    Returns:
        An Exercise to which hints and known wrong answers are added.
    """
    try:
        answers.keys(value, decimals)
    except answers.NoAnswer as error:
        raise DefinitionError(f"{number}: {error}.") from None
    return Exercise(number, "answer", value, decimals=decimals)
