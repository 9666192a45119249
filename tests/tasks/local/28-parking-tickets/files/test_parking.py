import unittest

from parking import buy, may_park, remove_expired


def some_tickets():
    tickets = []
    buy(tickets, "B-AA 1", 600, 30)
    buy(tickets, "B-BB 2", 600, 60)
    buy(tickets, "B-CC 3", 610, 60)
    buy(tickets, "B-DD 4", 620, 240)
    return tickets


def plates(tickets):
    return [ticket["plate"] for ticket in tickets]


class RemoveExpired(unittest.TestCase):
    def test_none(self):
        tickets = some_tickets()
        self.assertEqual(remove_expired(tickets, 630), [])
        self.assertEqual(tickets, some_tickets())

    def test_one(self):
        tickets = some_tickets()
        self.assertEqual(remove_expired(tickets, 631), ["B-AA 1"])
        self.assertEqual(plates(tickets), ["B-BB 2", "B-CC 3", "B-DD 4"])

    def test_neighbours(self):
        tickets = some_tickets()
        self.assertEqual(remove_expired(tickets, 700), ["B-AA 1", "B-BB 2", "B-CC 3"])
        self.assertEqual(plates(tickets), ["B-DD 4"])

    def test_all(self):
        tickets = some_tickets()
        self.assertEqual(len(remove_expired(tickets, 1000)), 4)
        self.assertEqual(tickets, [])


class Others(unittest.TestCase):
    def test_may_park(self):
        tickets = some_tickets()
        self.assertTrue(may_park(tickets, "B-AA 1", 630))
        self.assertFalse(may_park(tickets, "B-AA 1", 631))
        self.assertFalse(may_park(tickets, "B-ZZ 9", 600))


if __name__ == "__main__":
    unittest.main()
