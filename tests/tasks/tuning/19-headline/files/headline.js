// Headlines for the front page.

const SMALL = new Set(["a", "an", "and", "of", "or", "the", "to"]);

function capitalize(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Every word with a capital, except small ones in the middle. */
function headline(text) {
  const words = text.split(" ");
  return words.map((word) => (SMALL.has(word) ? word : capitalize(word))).join(" ");
}

function shorten(text, limit) {
  return text.length <= limit ? text : text.slice(0, limit - 1) + "…";
}

module.exports = { headline, shorten };
