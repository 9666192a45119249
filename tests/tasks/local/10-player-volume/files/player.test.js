import assert from "node:assert/strict";
import test from "node:test";
import { changeVolume, label, readOptions } from "./player.js";

test("defaults", () => {
  assert.deepEqual(readOptions(), { title: "Untitled", volume: 70, loop: false });
  assert.deepEqual(readOptions({ title: "" }), { title: "Untitled", volume: 70, loop: false });
});

test("given options", () => {
  assert.deepEqual(readOptions({ title: "Rain", volume: 35, loop: true }), { title: "Rain", volume: 35, loop: true });
});

test("silent from the start", () => {
  const player = readOptions({ title: "Rain", volume: 0 });
  assert.equal(player.volume, 0);
  assert.equal(label(player), "Rain (muted)");
});

test("changing the volume", () => {
  const player = readOptions({ title: "Rain", volume: 95 });
  assert.equal(changeVolume(player, 10).volume, 100);
  assert.equal(changeVolume(player, -15).volume, 80);
  assert.equal(changeVolume(player, -99).volume, 0);
  assert.equal(player.volume, 95);
});

test("label", () => {
  assert.equal(label(readOptions({ title: "Rain" })), "Rain (70%)");
});
