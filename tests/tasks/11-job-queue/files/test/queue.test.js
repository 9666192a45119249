import assert from "node:assert/strict";
import test from "node:test";
import { Queue } from "../lib/queue.js";

const tick = () => new Promise((resolve) => setImmediate(resolve));

function recorder() {
  const state = { now: 0, most: 0, started: [] };
  const job = (name) => async () => {
    state.started.push(name);
    state.now += 1;
    state.most = Math.max(state.most, state.now);
    await tick();
    state.now -= 1;
    return name;
  };
  return { state, job };
}

test("never more than the limit at once", async () => {
  const { state, job } = recorder();
  const queue = new Queue(2);
  await Promise.all([1, 2, 3, 4, 5].map((n) => queue.add(job(n))));
  assert.equal(state.most, 2);
});

test("first come, first served", async () => {
  const { state, job } = recorder();
  const queue = new Queue(1);
  const results = await Promise.all(["a", "b", "c", "d"].map((n) => queue.add(job(n))));
  assert.deepEqual(state.started, ["a", "b", "c", "d"]);
  assert.deepEqual(results, ["a", "b", "c", "d"]);
});

test("a failed job frees its place", async () => {
  const { job } = recorder();
  const queue = new Queue(1);
  const bad = queue.add(async () => {
    throw new Error("broken");
  });
  const good = queue.add(job("after"));
  await assert.rejects(bad, /broken/);
  assert.equal(await good, "after");
  assert.equal(queue.size, 0);
});
