// Small helpers for lists.

export function flatten(list, depth = Infinity) {
  const flat = [];
  for (const item of list) {
    if (Array.isArray(item)) {
      flat.push(...item);
    } else {
      flat.push(item);
    }
  }
  return flat;
}

export function unique(list) {
  return list.filter((item, index) => list.indexOf(item) === index);
}

export function last(list, count = 1) {
  return list.slice(-count);
}
