import unittest

from invitations import join_names, letter, salutation, seats


class JoinNames(unittest.TestCase):
    def test_three(self):
        self.assertEqual(join_names(["Ann", "Bob", "Cleo"]), "Ann, Bob and Cleo")

    def test_two(self):
        self.assertEqual(join_names(["Ann", "Bob"]), "Ann and Bob")

    def test_one(self):
        self.assertEqual(join_names(["Ann"]), "Ann")

    def test_nobody(self):
        self.assertEqual(join_names([]), "")


class Others(unittest.TestCase):
    def test_salutation(self):
        self.assertEqual(salutation(["Ann"]), "Dear Ann")
        self.assertEqual(salutation(["Ann", "Bob"]), "Dear Ann and Bob")
        self.assertEqual(salutation([]), "Dear guests")

    def test_seats(self):
        self.assertEqual(seats({"Ann": 0, "Bob": 2}), 4)

    def test_letter(self):
        wanted = "Dear Cleo,\n\nwe would like to see you on May 4.\nPlace: the old mill\n"
        self.assertEqual(letter(["Cleo"], "the old mill", "May 4"), wanted)


if __name__ == "__main__":
    unittest.main()
