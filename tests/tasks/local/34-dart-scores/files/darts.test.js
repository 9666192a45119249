const assert = require("node:assert/strict");
const { parseThrows, total, remaining, best } = require("./darts.js");

// one throw and none
assert.deepEqual(parseThrows("20"), [20]);
assert.deepEqual(parseThrows(" "), []);
assert.equal(total("20"), 20);
assert.equal(total(""), 0);

// several throws
assert.deepEqual(parseThrows("20, 5, 60"), [20, 5, 60]);
assert.deepEqual(parseThrows("1,10,11,12"), [1, 10, 11, 12]);
assert.equal(total("20, 5, 60"), 85);
assert.equal(total("7,0,19"), 26);

// the rest of the game
assert.equal(remaining(501, "60, 60, 60"), 321);
assert.equal(remaining(40, "20, 20"), 0);
assert.equal(remaining(32, "20, 20"), 32);

// the best throw
assert.equal(best("20, 5, 60"), 60);
assert.equal(best(""), 0);

console.log("all good");
