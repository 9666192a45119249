"""Playlists of the music player."""


class Playlist:
    """A named list of songs, in the order in which they are played."""

    songs = []

    def __init__(self, name):
        self.name = name

    def add(self, song):
        """Puts a song at the end, unless it is in the playlist already."""
        if song not in self.songs:
            self.songs.append(song)

    def play_next(self, song):
        """Puts a song at the beginning; it moves there when it was further down."""
        if song in self.songs:
            self.songs.remove(song)
        self.songs.insert(0, song)

    def describe(self):
        if not self.songs:
            return f"{self.name}: empty"
        return f"{self.name}: {', '.join(self.songs)}"
