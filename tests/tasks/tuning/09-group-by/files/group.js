// Grouping lists of objects.

// An object from key(item) to the list of items with that key, in order.
export function groupBy(items, key) {
  const groups = {};
  for (const item of items) {
    groups[key(item)].push(item);
  }
  return groups;
}

// An object from key(item) to how many items have that key.
export function countBy(items, key) {
  const counts = {};
  for (const item of items) {
    const name = key(item);
    counts[name] = name in counts ? counts[name] + 1 : 0;
  }
  return counts;
}
