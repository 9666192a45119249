import assert from "node:assert/strict";
import test from "node:test";
import { parseTags, showTags, toggleTag } from "./tags.js";

test("adding a tag", () => {
  assert.deepEqual(toggleTag(["home"], "work"), ["home", "work"]);
  assert.deepEqual(toggleTag([], "home"), ["home"]);
});

test("taking away a later tag", () => {
  assert.deepEqual(toggleTag(["home", "work", "garden"], "work"), ["home", "garden"]);
  assert.deepEqual(toggleTag(["home", "work"], "work"), ["home"]);
});

test("taking away the first tag", () => {
  assert.deepEqual(toggleTag(["home", "work"], "home"), ["work"]);
  assert.deepEqual(toggleTag(["home"], "home"), []);
});

test("the tags passed in stay as they are", () => {
  const tags = ["home", "work"];
  toggleTag(tags, "home");
  toggleTag(tags, "garden");
  assert.deepEqual(tags, ["home", "work"]);
});

test("parsing", () => {
  assert.deepEqual(parseTags("home, Work,,garden "), ["home", "work", "garden"]);
});

test("showing", () => {
  assert.equal(showTags(["home", "work"]), "#home #work");
  assert.equal(showTags([]), "no tags");
});
