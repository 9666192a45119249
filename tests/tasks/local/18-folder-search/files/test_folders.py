import unittest

from folders import count, find, folder, outline

HOME = folder(
    "home",
    folder("photos", folder("summer"), folder("winter", folder("snow"))),
    folder("music", folder("jazz")),
    folder("mail"),
)


class Find(unittest.TestCase):
    def test_outermost(self):
        self.assertIs(find(HOME, "home"), HOME)

    def test_first_folder(self):
        self.assertEqual(find(HOME, "photos")["name"], "photos")
        self.assertEqual(find(HOME, "summer"), folder("summer"))

    def test_later_folders(self):
        self.assertEqual(find(HOME, "mail"), folder("mail"))
        self.assertEqual(find(HOME, "music"), folder("music", folder("jazz")))

    def test_inside_later_folders(self):
        self.assertEqual(find(HOME, "jazz"), folder("jazz"))
        self.assertEqual(find(HOME, "snow"), folder("snow"))

    def test_not_there(self):
        self.assertIsNone(find(HOME, "videos"))
        self.assertIsNone(find(folder("empty"), "videos"))


class Others(unittest.TestCase):
    def test_count(self):
        self.assertEqual(count(HOME), 8)

    def test_outline(self):
        tree = folder("a", folder("b", folder("c")), folder("d"))
        self.assertEqual(outline(tree), ["a", "  b", "    c", "  d"])


if __name__ == "__main__":
    unittest.main()
