import unittest

from bookmarks import by_site, is_secure, label, site_name


class SiteName(unittest.TestCase):
    def test_plain(self):
        self.assertEqual(site_name("https://example.com/a?b=c"), "example.com")

    def test_www(self):
        self.assertEqual(site_name("http://www.example.com:8080/"), "example.com")

    def test_starts_with_w(self):
        self.assertEqual(site_name("https://www.wetter.de/heute"), "wetter.de")
        self.assertEqual(site_name("https://web.dev"), "web.dev")
        self.assertEqual(site_name("https://wwf.org"), "wwf.org")

    def test_www_elsewhere(self):
        self.assertEqual(site_name("https://old.www.example.com"), "old.www.example.com")

    def test_no_site(self):
        self.assertEqual(site_name("notes.txt"), "")


class Others(unittest.TestCase):
    def test_by_site(self):
        addresses = ["https://www.wiki.org/a", "https://web.dev", "http://wiki.org/b"]
        self.assertEqual(by_site(addresses), {"wiki.org": [addresses[0], addresses[2]], "web.dev": [addresses[1]]})

    def test_is_secure(self):
        self.assertEqual([is_secure(a) for a in ("https://web.dev", "http://web.dev")], [True, False])

    def test_label(self):
        self.assertEqual(label("Home", "https://www.example.com"), "Home (example.com)")


if __name__ == "__main__":
    unittest.main()
