import unittest

from playlist import Playlist


class OnePlaylist(unittest.TestCase):
    def test_new(self):
        playlist = Playlist("Running")
        self.assertEqual(playlist.songs, [])
        self.assertEqual(playlist.describe(), "Running: empty")

    def test_add(self):
        playlist = Playlist("Running")
        playlist.add("Halo")
        playlist.add("Thunder")
        playlist.add("Halo")
        self.assertEqual(playlist.songs, ["Halo", "Thunder"])
        self.assertEqual(playlist.describe(), "Running: Halo, Thunder")

    def test_play_next(self):
        playlist = Playlist("Running")
        playlist.add("Halo")
        playlist.play_next("Thunder")
        self.assertEqual(playlist.songs, ["Thunder", "Halo"])
        playlist.play_next("Halo")
        self.assertEqual(playlist.songs, ["Halo", "Thunder"])


class TwoPlaylists(unittest.TestCase):
    def test_own_songs(self):
        running = Playlist("Running")
        cooking = Playlist("Cooking")
        running.add("Thunder")
        cooking.add("Volare")
        self.assertEqual(running.songs, ["Thunder"])
        self.assertEqual(cooking.songs, ["Volare"])

    def test_same_song_in_both(self):
        running = Playlist("Running")
        running.add("Halo")
        cooking = Playlist("Cooking")
        cooking.add("Volare")
        cooking.play_next("Halo")
        self.assertEqual(running.describe(), "Running: Halo")
        self.assertEqual(cooking.describe(), "Cooking: Halo, Volare")


if __name__ == "__main__":
    unittest.main()
