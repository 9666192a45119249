import copy
import unittest

from settings import load
from settings.load import DEFAULTS
from settings.merge import merge


class Environment(unittest.TestCase):
    def test_false_is_false(self):
        self.assertIs(load({}, {"APP_DEBUG": "false"})["debug"], False)
        self.assertIs(load({}, {"APP_DEBUG": "No"})["debug"], False)

    def test_true_is_true(self):
        self.assertIs(load({}, {"APP_DEBUG": "TRUE"})["debug"], True)

    def test_nested_and_foreign_names(self):
        found = load({}, {"APP_DATABASE__PORT": "5433", "HOME": "/nowhere"})
        self.assertEqual(found["database"]["port"], 5433)
        self.assertNotIn("home", found)


class Merge(unittest.TestCase):
    def test_other_keys_stay(self):
        found = load({"database": {"host": "db1"}}, {})
        self.assertEqual(found["database"], {"host": "db1", "port": 5432, "options": {"timeout": 30}})

    def test_arguments_stay(self):
        before = copy.deepcopy(DEFAULTS)
        found = load({"database": {"options": {"ssl": True}}, "workers": 1}, {"APP_DATABASE__OPTIONS__TIMEOUT": "5"})
        found["database"]["options"]["timeout"] = 99
        self.assertEqual(DEFAULTS, before)

    def test_nested_result_is_a_copy(self):
        base = {"a": {"b": 1}}
        merge(base, {})["a"]["b"] = 2
        self.assertEqual(base, {"a": {"b": 1}})

    def test_scalar_replaces_tree(self):
        self.assertEqual(merge({"a": {"b": 1}}, {"a": None}), {"a": None})


if __name__ == "__main__":
    unittest.main()
