"""What an answer means that says little by its status: the services' own words, and words that only look like them."""

import pytest

from droidlite.providers.classifying import classify


@pytest.mark.parametrize(
    "message",
    [
        "some-lab/some-model-4 is not a valid model ID",
        "some-model-4 is not a valid model.",
        "Invalid model: some-model-4",
        "Invalid model name passed in model=some-model-4. Call `/v1/models` to view available models.",
        "Unknown model: some-model-4",
        "unknown model 'some-model-4'",
        "Unknown model some-lab/some-model-4",
        "Unsupported model: `some-model-4`",
        "The model some-model-4 does not exist.",
        "This model is retired.",
    ],
)
def test_a_model_that_is_not_there_whatever_the_order_of_the_words(message: str) -> None:
    assert classify(400, ("invalid_request_error",), message) == "model"


@pytest.mark.parametrize("code", ["unsupported_model", "unknown_model", "invalid_model", "model_not_supported"])
def test_a_code_that_says_so(code: str) -> None:
    assert classify(400, (code, "invalid_request_error"), "It said so.") == "model"


@pytest.mark.parametrize(
    "message",
    [
        "invalid model parameter temperature",
        "Invalid model parameter: temperature",
        "unknown model settings: top-k",
        "invalid model output-format",
        "invalid model parameters",
        "Unsupported value: 'temperature' does not support 0.2 with this model.",
        "messages.1: invalid model output in an assistant turn",
        "'high' is not a valid model parameter",
    ],
)
def test_what_the_request_is_to_blame_for(message: str) -> None:
    assert classify(400, ("invalid_request_error",), message) == "invalid"
