import unittest

from accesslog import bytes_by_client, parse

V4 = '203.0.113.7 - - [02/Feb/2026:10:01:12 +0000] "GET /a?b=1 HTTP/1.1" 200 512'
V6 = '2001:db8::1f - ann [02/Feb/2026:10:01:13 +0000] "POST /login HTTP/2.0" 302 17'
EMPTY = '203.0.113.7 - - [02/Feb/2026:10:01:15 +0000] "HEAD / HTTP/1.1" 304 -'


class Parse(unittest.TestCase):
    def test_ipv4(self):
        entry = parse(V4)
        self.assertEqual((entry["client"], entry["path"], entry["size"]), ("203.0.113.7", "/a?b=1", 512))

    def test_ipv6(self):
        self.assertEqual(parse(V6)["client"], "2001:db8::1f")

    def test_no_body(self):
        self.assertEqual((parse(EMPTY)["status"], parse(EMPTY)["size"]), (304, 0))

    def test_other_text(self):
        self.assertIsNone(parse("-- log rotated --"))
        self.assertIsNone(parse(""))


class Totals(unittest.TestCase):
    def test_every_client_counts(self):
        self.assertEqual(bytes_by_client([V4, V6, EMPTY, "noise"]), {"203.0.113.7": 512, "2001:db8::1f": 17})


if __name__ == "__main__":
    unittest.main()
