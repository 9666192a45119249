import unittest

import export

ROWS = [
    {"name": "Ada", "note": 'said "hi", left'},
    {"name": "Grace", "note": "two\nlines"},
]


class Csv(unittest.TestCase):
    def test_quoting(self):
        self.assertEqual(
            export.dump(ROWS, "csv"),
            'name,note\nAda,"said ""hi"", left"\nGrace,"two\nlines"\n',
        )

    def test_no_rows(self):
        self.assertEqual(export.dump([], "csv"), "")


class Others(unittest.TestCase):
    def test_text(self):
        self.assertEqual(export.dump([{"a": 1}, {"a": 2}], "text"), "a: 1\n\na: 2\n")

    def test_json(self):
        self.assertEqual(export.dump([], "json"), "[]\n")

    def test_unknown(self):
        with self.assertRaisesRegex(ValueError, "known: csv, json, text"):
            export.dump([], "xml")


if __name__ == "__main__":
    unittest.main()
