"""Does quiz.json have all the questions, each with an answer that can be chosen?"""

import json
import sys

KEPT = {
    "What is the capital of Australia?": (["Sydney", "Canberra", "Perth"], "Canberra", 20),
    "How many legs does a spider have?": (["six", "eight", "ten"], "eight", 10),
    "Which planet is closest to the sun?": (["Mercury", "Venus", "Mars"], "Mercury", 10),
}


def load(name):
    with open(name, encoding="utf-8") as file:
        try:
            return json.load(file)
        except json.JSONDecodeError as error:
            sys.exit(f"{name}: {error}")


def problems(quiz):
    if [entry.get("question") for entry in quiz] != list(KEPT):
        yield f"there should be these questions: {', '.join(KEPT)}"
        return
    for entry in quiz:
        question = entry["question"]
        choices, answer, points = KEPT[question]
        if entry.get("choices") != choices:
            yield f"{question} The choices should still be {choices}"
        elif entry.get("answer") not in choices:
            yield f"{question} The answer {entry.get('answer')!r} is not one of the choices"
        elif entry["answer"] != answer:
            yield f"{question} The answer {entry['answer']!r} is wrong"
        if type(entry.get("points")) is not int:
            yield f"{question} The points should be a number, not {entry.get('points')!r}"
        elif entry["points"] != points:
            yield f"{question} The points should be {points}"
        for key in entry.keys() - {"question", "choices", "answer", "points"}:
            yield f"{question} What is {key!r}?"


def main():
    found = [f"quiz.json: {problem}" for problem in problems(load("quiz.json"))]
    if found:
        sys.exit("\n".join(found))
    print("quiz.json is fine")


main()
