import unittest

from flashcards import is_right, parse_cards

DOG = {"question": "der Hund", "answer": "the dog"}
CAT = {"question": "die Katze", "answer": "the cat"}


class ParseCards(unittest.TestCase):
    def test_blank_line_at_the_end(self):
        self.assertEqual(parse_cards("der Hund\nthe dog\n\ndie Katze\nthe cat\n\n"), [DOG, CAT])

    def test_no_blank_line_at_the_end(self):
        self.assertEqual(parse_cards("der Hund\nthe dog\n\ndie Katze\nthe cat\n"), [DOG, CAT])

    def test_one_card(self):
        self.assertEqual(parse_cards("der Hund\nthe dog"), [DOG])

    def test_several_blank_lines(self):
        self.assertEqual(parse_cards("\n\nder Hund\nthe dog\n\n  \n\ndie Katze\nthe cat\n\n\n"), [DOG, CAT])

    def test_long_answer(self):
        cards = parse_cards("doch\nyes,\n  it is\n")
        self.assertEqual(cards, [{"question": "doch", "answer": "yes, it is"}])

    def test_nothing(self):
        self.assertEqual(parse_cards(""), [])
        self.assertEqual(parse_cards("\n\n"), [])


class IsRight(unittest.TestCase):
    def test_right(self):
        self.assertTrue(is_right(DOG, " The Dog "))

    def test_wrong(self):
        self.assertFalse(is_right(DOG, "the cat"))


if __name__ == "__main__":
    unittest.main()
