// Prices arrive as decimal numbers (euros) and leave as decimal numbers with at most two places.

const BULK_FROM = 50;
const BULK_PERCENT = 10;

export function subtotal(lines) {
  let sum = 0;
  for (const { price, quantity = 1 } of lines) {
    sum += price * quantity;
  }
  return sum;
}

// 10 percent off orders of 50.00 or more; the discount is rounded to a cent.
export function discount(lines) {
  const sum = subtotal(lines);
  return sum > BULK_FROM ? (sum * BULK_PERCENT) / 100 : 0;
}

export function total(lines, { shipping = 4.9 } = {}) {
  const sum = subtotal(lines);
  return sum - discount(lines) + (sum > BULK_FROM ? 0 : shipping);
}
