// A small synchronous event bus.

export class Bus {
  constructor() {
    this.handlers = new Map();
  }

  on(name, handler) {
    if (!this.handlers.has(name)) this.handlers.set(name, []);
    this.handlers.get(name).push(handler);
    return () => this.off(name, handler);
  }

  off(name, handler) {
    const list = this.handlers.get(name) ?? [];
    list.splice(list.indexOf(handler), 1);
  }

  once(name, handler) {
    const wrapped = (...values) => {
      this.off(name, wrapped);
      handler(...values);
    };
    return this.on(name, wrapped);
  }

  // Calls the handlers in the order they were added; tells how many there were.
  emit(name, ...values) {
    const list = this.handlers.get(name) ?? [];
    for (const handler of list) handler(...values);
    return list.length;
  }
}
