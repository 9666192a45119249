import assert from "node:assert/strict";
import test from "node:test";
import { Stack } from "./stack.mjs";

test("last in, first out", () => {
  const stack = new Stack();
  stack.push(1);
  stack.push(2);
  assert.equal(stack.peek(), 2);
  assert.equal(stack.size, 2);
  assert.deepEqual([stack.pop(), stack.pop(), stack.size], [2, 1, 0]);
});

test("empty", () => {
  const stack = new Stack();
  assert.throws(() => stack.pop(), Error);
  assert.throws(() => stack.peek(), Error);
});

test("toArray is a copy", () => {
  const stack = new Stack();
  stack.push("a");
  stack.push("b");
  stack.toArray().push("c");
  assert.deepEqual(stack.toArray(), ["a", "b"]);
});
