const assert = require("node:assert/strict");
const test = require("node:test");
const { headline, shorten } = require("./headline.js");

test("capitals", () => {
  assert.equal(headline("man bites dog"), "Man Bites Dog");
});

test("small words", () => {
  assert.equal(headline("the end of it"), "The End of It");
  assert.equal(headline("A Tale OF two"), "A Tale of Two");
});

test("shouting", () => {
  assert.equal(headline("BREAKING NEWS"), "Breaking News");
});

test("spaces", () => {
  assert.equal(headline("  so   it goes "), "So It Goes");
});

test("shorten", () => {
  assert.equal(shorten("abcdef", 4), "abc…");
});
