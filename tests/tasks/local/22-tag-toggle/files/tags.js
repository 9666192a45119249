// Tags of the notes: arrays of words.

// Takes the tag away when it is there, adds it at the end when it is not.
export function toggleTag(tags, tag) {
  const position = tags.indexOf(tag);
  if (position > 0) {
    return [...tags.slice(0, position), ...tags.slice(position + 1)];
  }
  return [...tags, tag];
}

// The tags in a text like "home, Work,,garden".
export function parseTags(text) {
  const words = text.split(",").map((word) => word.trim().toLowerCase());
  return words.filter((word) => word !== "");
}

export function showTags(tags) {
  return tags.length === 0 ? "no tags" : tags.map((tag) => `#${tag}`).join(" ");
}
