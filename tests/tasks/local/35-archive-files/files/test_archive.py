import os
import subprocess
import tempfile
import unittest

SCRIPT = os.path.abspath("archive.sh")


class Archive(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, *names):
        for name in names:
            path = os.path.join(self.folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(name)

    def archive(self, *names):
        done = subprocess.run(["sh", SCRIPT, *names], cwd=self.folder, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def archived(self):
        return sorted(os.listdir(os.path.join(self.folder, "archive")))

    def test_simple_names(self):
        self.write("a.txt", "b.txt", "c.txt")
        self.assertEqual(self.archive("a.txt", "b.txt"), (0, "archived: a.txt\narchived: b.txt\n", ""))
        self.assertEqual(self.archived(), ["a.txt", "b.txt"])
        self.assertEqual(sorted(os.listdir(self.folder)), ["archive", "c.txt"])

    def test_names_with_spaces(self):
        self.write("tax 2024.txt", "tax", "old  letters/to mum.txt")
        code, out, err = self.archive("tax 2024.txt", "old  letters/to mum.txt")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(out, "archived: tax 2024.txt\narchived: old  letters/to mum.txt\n")
        self.assertEqual(self.archived(), ["tax 2024.txt", "to mum.txt"])

    def test_missing(self):
        self.write("a.txt")
        code, out, err = self.archive("x.txt", "a.txt")
        self.assertEqual((code, out, err), (1, "archived: a.txt\n", "no such file: x.txt\n"))

    def test_already_archived(self):
        self.write("a.txt", "archive/a.txt")
        code, out, err = self.archive("a.txt")
        self.assertEqual((code, out, err), (1, "", "already archived: a.txt\n"))

    def test_usage(self):
        self.assertEqual(self.archive(), (2, "", "usage: archive.sh FILE...\n"))


if __name__ == "__main__":
    unittest.main()
