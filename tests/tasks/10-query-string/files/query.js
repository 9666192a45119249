// Query strings to plain objects and back.

export function parse(text) {
  const found = {};
  const body = text.startsWith("?") ? text.slice(1) : text;
  for (const part of body.split("&")) {
    const [key, value] = part.split("=");
    found[decodeURIComponent(key)] = decodeURIComponent(value);
  }
  return found;
}

export function stringify(values) {
  const parts = [];
  for (const [key, value] of Object.entries(values)) {
    for (const single of Array.isArray(value) ? value : [value]) {
      parts.push(`${encodeURIComponent(key)}=${encodeURIComponent(single)}`);
    }
  }
  return parts.join("&");
}
