// Waiting for events.

export function once(bus, name) {
  return new Promise((resolve) => bus.once(name, resolve));
}
