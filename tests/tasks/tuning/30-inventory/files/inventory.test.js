const assert = require("node:assert/strict");
const { test } = require("node:test");
const { Inventory } = require("./inventory.js");

test("add adds up", () => {
  const inventory = new Inventory();
  inventory.add("nail", 10);
  inventory.add("nail");
  assert.equal(inventory.count("nail"), 11);
});

test("remove", () => {
  const inventory = new Inventory();
  inventory.add("nail", 10);
  inventory.remove("nail", 4);
  assert.equal(inventory.count("nail"), 6);
  assert.throws(() => inventory.remove("nail", 7), RangeError);
  assert.equal(inventory.count("nail"), 6);
});

test("remove what is not there", () => {
  assert.throws(() => new Inventory().remove("screw"), RangeError);
});

test("names", () => {
  const inventory = new Inventory();
  inventory.add("screw");
  inventory.add("nail");
  inventory.remove("screw");
  assert.deepEqual(inventory.names(), ["nail"]);
});
