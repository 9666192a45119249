// Throws of a darts evening, typed in as text like "20, 5, 60".

function parseThrows(text) {
  if (text.trim() === "") {
    return [];
  }
  return text.split(",").map(parseInt);
}

function total(text) {
  return parseThrows(text).reduce((sum, points) => sum + points, 0);
}

// What is left to play; a player who throws too much stays where he was.
function remaining(start, text) {
  const left = start - total(text);
  return left < 0 ? start : left;
}

function best(text) {
  return Math.max(0, ...parseThrows(text));
}

module.exports = { parseThrows, total, remaining, best };
