// State of the audio player.

// The options of a page, completed with our defaults.
export function readOptions(options = {}) {
  return {
    title: options.title || "Untitled",
    volume: options.volume || 70,
    loop: options.loop === true,
  };
}

// The same player, louder by step (or quieter, when it is negative).
export function changeVolume(player, step) {
  const volume = Math.max(0, Math.min(100, player.volume + step));
  return { ...player, volume };
}

export function label(player) {
  const sound = player.volume === 0 ? "muted" : `${player.volume}%`;
  return `${player.title} (${sound})`;
}
