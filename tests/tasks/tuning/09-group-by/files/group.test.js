import assert from "node:assert/strict";
import test from "node:test";
import { countBy, groupBy } from "./group.js";

const people = [
  { name: "Ann", team: "red" },
  { name: "Bob", team: "blue" },
  { name: "Cem", team: "red" },
];

test("groups in order", () => {
  assert.deepEqual(groupBy(people, (person) => person.team), {
    red: [people[0], people[2]],
    blue: [people[1]],
  });
});

test("groups nothing", () => {
  assert.deepEqual(groupBy([], (person) => person.team), {});
});

test("counts", () => {
  assert.deepEqual(countBy(people, (person) => person.team), { red: 2, blue: 1 });
});
