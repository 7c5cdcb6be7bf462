// What a program says about the log that it made.
const loop = (child, parent, iterations, requests = 1, more = {}) => ({ rule: 'n-plus-one', child, parent, iterations, requests, ...more });
const write = (child, parent, iterations, requests = 1, more = {}) => loop(child, parent, iterations, requests, { rule: 'n-plus-one-write', ...more });
const again = (child, iterations) => loop(child, '', iterations, 1, { rule: 'duplicate-query' });
const pages = (child, iterations) => loop(child, '', iterations, 1, { rule: 'offset-pagination' });
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const kebab = (name) => name.replace(/[A-Z]/g, (c) => '-' + c.toLowerCase());

// A generator of the same numbers each time.
function dice(seed) {
  let x = seed * 2654435761 + 12345;
  return (n) => { x = (x * 1103515245 + 12345) % 2147483648; return Math.floor(x / 65536) % n; };
}

// requests of count workers that run beside each other.
async function workers(count, requests, work) {
  let done = 0;
  await Promise.all([...Array(count).keys()].map(async (k) => {
    const r = dice(k + 1);
    for (let i = 0; i < requests; i++) { await sleep(2 + r(20)); await work(r); done++; }
  }));
  return done;
}

// A scenario gives its findings, or { findings, may }.
async function main(scenarios, open, close) {
  if (process.argv[2] === 'list') return console.log(Object.keys(scenarios).map(kebab).join('\n'));
  await open?.();
  const name = Object.keys(scenarios).find((n) => kebab(n) === process.argv[2]);
  const found = (await scenarios[name]()) || [];
  await close?.();
  console.log(JSON.stringify(Array.isArray(found) ? { findings: found } : found));
}
module.exports = { loop, write, again, pages, sleep, workers, dice, main };
