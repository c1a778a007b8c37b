"""The inputs that the trainers and the trained models accept, and the vendor's words when one is wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from entrypoints.sandbox.replicate.problems import invalid_input
from entrypoints.sandbox.replicate.records import Json

Fault: TypeAlias = tuple[str, str, str]

ASPECT_RATIOS = ("1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21")
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


@dataclass(frozen=True, slots=True)
class InputField:
    """One input: its JSON type and limits, both ends included."""

    type: str
    low: float | None = None
    high: float | None = None
    options: tuple[str, ...] = ()
    uri: bool = False
    required: bool = False

    def faults(self, name: str, value: object) -> Iterator[Fault]:
        """Tell what is wrong with a value, in the words of the vendor's schema checker."""
        if not self._is_typed(value):
            given = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object", list: "array"}
            yield name, "invalid_type", f"Invalid type. Expected: {self.type}, given: {given.get(type(value), 'null')}"
        elif self.options and value not in self.options:
            listed = ", ".join(f'"{option}"' for option in self.options)
            yield name, "enum", f"{name.rpartition('.')[2]} must be one of the following: {listed}"
        elif self.uri and urlsplit(str(value)).scheme not in {"http", "https", "data"}:
            yield name, "format", "Does not match format 'uri'"
        elif isinstance(value, int | float) and self.low is not None and value < self.low:
            yield name, "number_gte", f"Must be greater than or equal to {self.low:g}"
        elif isinstance(value, int | float) and self.high is not None and value > self.high:
            yield name, "number_lte", f"Must be less than or equal to {self.high:g}"

    def _is_typed(self, value: object) -> bool:
        if isinstance(value, bool) and self.type != "boolean":
            return False
        return isinstance(value, _PYTHON_TYPES[self.type])

    def to_schema(self) -> Json:
        """Show the field as OpenAPI does."""
        limits = {"minimum": self.low, "maximum": self.high, "enum": list(self.options) or None}
        return {"type": self.type, **{key: value for key, value in limits.items() if value is not None}}


Inputs: TypeAlias = Mapping[str, InputField]

FLUX_DEV_LORA_TRAINER: Inputs = {
    "input_images": InputField("string", uri=True, required=True),
    "trigger_word": InputField("string"),
    "autocaption": InputField("boolean"),
    "autocaption_prefix": InputField("string"),
    "autocaption_suffix": InputField("string"),
    "steps": InputField("integer", 3, 6000),
    "learning_rate": InputField("number"),
    "batch_size": InputField("integer"),
    "resolution": InputField("string"),
    "lora_rank": InputField("integer", 1, 128),
    "optimizer": InputField("string"),
    "caption_dropout_rate": InputField("number", 0, 1),
    "cache_latents_to_disk": InputField("boolean"),
    "gradient_checkpointing": InputField("boolean"),
    "layers_to_optimize_regex": InputField("string"),
}
FAST_FLUX_TRAINER: Inputs = {
    "input_images": InputField("string", uri=True, required=True),
    "trigger_word": InputField("string"),
    "lora_type": InputField("string", options=("subject", "style")),
    "training_steps": InputField("integer", 10, 4000),
}
TRAINED_FLUX: Inputs = {
    "prompt": InputField("string", required=True),
    "aspect_ratio": InputField("string", options=(*ASPECT_RATIOS, "custom")),
    "width": InputField("integer", 256, 1440),
    "height": InputField("integer", 256, 1440),
    "num_outputs": InputField("integer", 1, 4),
    "num_inference_steps": InputField("integer", 1, 50),
    "guidance_scale": InputField("number", 0, 10),
    "prompt_strength": InputField("number", 0, 1),
    "lora_scale": InputField("number", -1, 2),
    "extra_lora": InputField("string"),
    "extra_lora_scale": InputField("number", -1, 2),
    "model": InputField("string", options=("dev", "schnell")),
    "megapixels": InputField("string", options=("1", "0.25")),
    "go_fast": InputField("boolean"),
    "output_format": InputField("string", options=("webp", "jpg", "png")),
    "output_quality": InputField("integer", 0, 100),
    "seed": InputField("integer"),
    "disable_safety_checker": InputField("boolean"),
}
TRAINERS: Mapping[str, Inputs] = {
    "ostris/flux-dev-lora-trainer": FLUX_DEV_LORA_TRAINER,
    "replicate/fast-flux-trainer": FAST_FLUX_TRAINER,
}


def check_input(given: Mapping[str, object], inputs: Inputs) -> tuple[str, ...]:
    """Refuse what breaks the schema; return the names that the vendor silently ignores.

    Raises ProblemError (422).  That unknown inputs are ignored and not refused is the vendor's own behaviour: it is
    how a misspelt parameter trains a wrong avatar, so the stand-in remembers them.
    """
    faults = [
        ("input", "required", f"{name} is required")
        for name, rule in inputs.items()
        if rule.required and name not in given
    ]
    for name, value in given.items():
        if name in inputs:
            faults += inputs[name].faults(f"input.{name}", value)
    if faults:
        raise invalid_input(faults)
    return tuple(sorted(set(given) - set(inputs)))


def openapi(inputs: Inputs) -> Json:
    """Show inputs as the part of an OpenAPI document that clients read."""
    shown: Json = {
        "type": "object",
        "title": "Input",
        "required": [name for name, rule in inputs.items() if rule.required],
        "properties": {name: rule.to_schema() for name, rule in inputs.items()},
    }
    info: Json = {"title": "Cog", "version": "0.1.0"}
    return {"openapi": "3.0.2", "info": info, "components": {"schemas": {"Input": shown}}}
