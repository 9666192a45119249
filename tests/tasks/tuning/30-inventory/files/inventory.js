class Inventory {
  constructor() {
    this.items = new Map();
  }

  add(name, quantity = 1) {
    this.items.set(name, quantity);
  }

  remove(name, quantity = 1) {
    const left = this.items.get(name) - quantity;
    if (left < 0) {
      throw new RangeError(`not enough ${name}`);
    }
    this.items.set(name, left);
  }

  count(name) {
    return this.items.get(name) || 0;
  }

  names() {
    return [...this.items.keys()].sort();
  }
}

module.exports = { Inventory };
