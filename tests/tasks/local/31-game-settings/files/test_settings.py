import unittest

from settings import lives, parse, show


class Parse(unittest.TestCase):
    def test_nothing(self):
        self.assertEqual(parse(""), {"player": "Guest", "lives": "3", "motto": ""})

    def test_values(self):
        self.assertEqual(
            parse("player = Ann Lee\nlives=5\n"),
            {"player": "Ann Lee", "lives": "5", "motto": ""},
        )

    def test_comments(self):
        self.assertEqual(parse("# player = Ann\n\n  # a = b = c\nlives = 4")["player"], "Guest")

    def test_empty_value(self):
        self.assertEqual(parse("player =")["player"], "")

    def test_equals_in_the_value(self):
        self.assertEqual(parse("motto = 1 + 1 = 2")["motto"], "1 + 1 = 2")
        self.assertEqual(parse("motto=a=b=c\nlives = 1")["motto"], "a=b=c")
        self.assertEqual(parse("motto = no ==")["motto"], "no ==")


class Others(unittest.TestCase):
    def test_lives(self):
        self.assertEqual(lives(parse("lives = 7")), 7)
        self.assertEqual(lives(parse("lives = 0")), 1)

    def test_show(self):
        settings = parse("motto = x = y")
        self.assertEqual(show(settings), "lives = 3\nmotto = x = y\nplayer = Guest")
        self.assertEqual(parse(show(settings)), settings)


if __name__ == "__main__":
    unittest.main()
