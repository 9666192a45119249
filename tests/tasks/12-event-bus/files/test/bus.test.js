import assert from "node:assert/strict";
import test from "node:test";
import { Bus, once } from "../src/index.js";

test("handlers run in order, with the values", () => {
  const bus = new Bus();
  const seen = [];
  bus.on("x", (n) => seen.push(["first", n]));
  bus.on("x", (n) => seen.push(["second", n]));
  assert.equal(bus.emit("x", 7), 2);
  assert.deepEqual(seen, [["first", 7], ["second", 7]]);
});

test("a once handler does not hide its neighbour", () => {
  const bus = new Bus();
  const seen = [];
  bus.once("x", () => seen.push("once"));
  bus.on("x", () => seen.push("always"));
  assert.equal(bus.emit("x"), 2);
  assert.equal(bus.emit("x"), 1);
  assert.deepEqual(seen, ["once", "always", "always"]);
});

test("removing twice removes nobody else", () => {
  const bus = new Bus();
  let calls = 0;
  const stop = bus.on("x", () => {});
  bus.on("x", () => (calls += 1));
  stop();
  stop();
  bus.emit("x");
  assert.equal(calls, 1);
});

test("the package offers once as a promise", async () => {
  const bus = new Bus();
  const waiting = once(bus, "ready");
  bus.emit("ready", 42);
  assert.equal(await waiting, 42);
});
