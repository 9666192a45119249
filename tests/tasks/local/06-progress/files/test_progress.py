import unittest

from progress import bar, human_size, percent, status


class Progress(unittest.TestCase):
    def test_percent(self):
        self.assertEqual([percent(done, 300) for done in (0, 1, 150, 299, 300)], [0, 0, 50, 99, 100])

    def test_bar(self):
        self.assertEqual(bar(3, 10), "###.......")
        self.assertEqual(bar(1, 2, width=4), "##..")

    def test_human_size(self):
        self.assertEqual([human_size(s) for s in (0, 999, 4000, 7000000)], ["0 B", "999 B", "4 KB", "7 MB"])

    def test_status(self):
        self.assertEqual(status("a.zip", 500, 2000), "a.zip [##........] 25% of 2 KB")
        self.assertEqual(status("b.zip", 0, 2000), "b.zip [..........] 0% of 2 KB")

    def test_empty_file(self):
        self.assertEqual(percent(0, 0), 100)
        self.assertEqual(bar(0, 0, width=5), "#####")
        self.assertEqual(status("empty.txt", 0, 0), "empty.txt [##########] 100% of 0 B")


if __name__ == "__main__":
    unittest.main()
