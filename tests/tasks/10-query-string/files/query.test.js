import assert from "node:assert/strict";
import test from "node:test";
import { parse, stringify } from "./query.js";

test("plain pairs", () => {
  assert.deepEqual(parse("?a=1&b=two"), { a: "1", b: "two" });
});

test("only the first = separates", () => {
  assert.deepEqual(parse("token=abc=="), { token: "abc==" });
});

test("plus is a space, %2B is a plus", () => {
  assert.deepEqual(parse("q=red+shoes&m=1%2B1"), { q: "red shoes", m: "1+1" });
});

test("a key without = has an empty value, empty parts are skipped", () => {
  assert.deepEqual(parse("debug&&x=1&"), { debug: "", x: "1" });
  assert.deepEqual(parse(""), {});
});

test("repeated keys become a list, in order", () => {
  assert.deepEqual(parse("tag=a&tag=b&tag=c&one=1"), { tag: ["a", "b", "c"], one: "1" });
});

test("there and back", () => {
  const values = { "k&y": "a=b", list: ["x", "y z"] };
  assert.deepEqual(parse(stringify(values)), values);
});
