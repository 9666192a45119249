import unittest

from flags import is_flag, parse_flag, read_flag


class ParseFlag(unittest.TestCase):
    def test_yes(self):
        for text in ("1", "on", "true", "YES", " True "):
            self.assertIs(parse_flag(text), True, text)

    def test_no(self):
        for text in ("0", "off", "false", "NO", " Off "):
            self.assertIs(parse_flag(text), False, text)

    def test_neither(self):
        for text in ("ture", "maybe", "2"):
            with self.subTest(text=text), self.assertRaisesRegex(ValueError, text):
                parse_flag(text)


class Others(unittest.TestCase):
    def test_is_flag(self):
        self.assertEqual([is_flag(text) for text in ("Yes", "off", "ture")], [True, True, False])

    def test_read_flag(self):
        environment = {"CACHE": "on", "DEBUG": "no", "COLOR": "treu"}
        self.assertIs(read_flag(environment, "CACHE"), True)
        self.assertIs(read_flag(environment, "DEBUG", default=True), False)
        self.assertIs(read_flag(environment, "TRACE"), False)
        self.assertIs(read_flag(environment, "TRACE", default=True), True)
        with self.assertRaises(ValueError):
            read_flag(environment, "COLOR")


if __name__ == "__main__":
    unittest.main()
