"""A list that is longer than its window says where in it one is."""

from droidlite.ui.choosing import Item, pick_from


def test_a_picker_tells_the_place_and_the_number_of_rows_with_and_without_a_filter() -> None:
    picker = pick_from("Choose", [Item(number, (f"row {number}",)) for number in range(1, 52)])
    for _ in range(19):
        picker = picker.press("down")  # type: ignore[assignment]
    assert picker.draw(80, 20)[-1][1].endswith("Esc cancel · 20 of 51 · type to filter")
    assert picker.press("text", "row 5").draw(80, 20)[-1][1].endswith("Esc clear filter · 7 of 51 · type to filter")  # type: ignore[union-attr]
