// Runs asynchronous jobs, at most `limit` at a time, in the order they were added.

export class Queue {
  #limit;
  #running = 0;
  #waiting = [];

  constructor(limit = 2) {
    this.#limit = limit;
  }

  // Resolves or rejects as the job does.
  add(job) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#startNext();
    });
  }

  get size() {
    return this.#running + this.#waiting.length;
  }

  #startNext() {
    if (this.#running > this.#limit || this.#waiting.length === 0) return;
    const { job, resolve, reject } = this.#waiting.pop();
    this.#running += 1;
    Promise.resolve()
      .then(job)
      .then((value) => {
        this.#running -= 1;
        resolve(value);
        this.#startNext();
      }, reject);
  }
}
