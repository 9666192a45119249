import unittest

from account import Account, InsufficientFunds


class Withdraw(unittest.TestCase):
    def test_enough(self):
        account = Account("ann", 100)
        account.withdraw(30)
        self.assertEqual((account.balance, account.history), (70, [("withdraw", 30)]))

    def test_everything(self):
        account = Account("ann", 100)
        account.withdraw(100)
        self.assertEqual(account.balance, 0)

    def test_too_much(self):
        account = Account("ann", 100)
        with self.assertRaises(InsufficientFunds):
            account.withdraw(101)
        self.assertEqual((account.balance, account.history), (100, []))

    def test_not_positive(self):
        account = Account("ann", 100)
        for amount in (0, -5):
            with self.assertRaises(ValueError):
                account.withdraw(amount)
        self.assertEqual(account.balance, 100)


if __name__ == "__main__":
    unittest.main()
