import assert from "node:assert/strict";
import { test } from "node:test";
import { flatten, last, unique } from "./lists.mjs";

test("flatten goes down", () => {
  assert.deepEqual(flatten([1, [2, [3, [[4]]]], []]), [1, 2, 3, 4]);
});

test("flatten stops at the depth", () => {
  assert.deepEqual(flatten([1, [2, [3, [4]]]], 1), [1, 2, [3, [4]]]);
  assert.deepEqual(flatten([1, [2, [3]]], 0), [1, [2, [3]]]);
});

test("last", () => {
  assert.deepEqual(last([1, 2, 3]), [3]);
  assert.deepEqual(last([1, 2, 3], 2), [2, 3]);
  assert.deepEqual(last([1, 2, 3], 0), []);
});

test("unique", () => {
  assert.deepEqual(unique([1, 2, 1]), [1, 2]);
});
