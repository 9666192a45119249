import assert from "node:assert/strict";
import test from "node:test";
import { discount, subtotal, total } from "./cart.js";

test("adds without binary dust", () => {
  assert.equal(subtotal([{ price: 0.1, quantity: 3 }]), 0.3);
  assert.equal(subtotal([{ price: 1.1 }, { price: 2.2 }]), 3.3);
});

test("the bulk discount starts at exactly 50", () => {
  assert.equal(discount([{ price: 25, quantity: 2 }]), 5);
  assert.equal(discount([{ price: 49.99 }]), 0);
});

test("the discount is rounded to a cent", () => {
  assert.equal(discount([{ price: 55.55 }]), 5.56);
});

test("bulk orders ship free, from exactly 50 too", () => {
  assert.equal(total([{ price: 50 }]), 45);
  assert.equal(total([{ price: 55.55 }]), 49.99);
  assert.equal(total([{ price: 10.2 }]), 15.1);
  assert.equal(total([{ price: 10.2 }], { shipping: 0 }), 10.2);
});

test("an empty cart costs the shipping", () => {
  assert.equal(total([]), 4.9);
});
