// Measures how fast large pages open and move, and prints the figures as JSON. Called by tests/benchmarks/viewer.py:
// node measure.mjs ROUNDS, with PYPROF_BUILD.
import {statSync} from 'node:fs';
import {Browser, frameTimes, noBrowser, noWriter, settled} from './support/browser.mjs';

if (noBrowser || noWriter) throw new Error(noBrowser || noWriter);

/** What is opened: contexts and ranks of the profile, where, what gets the focus, and the keys that move there. */
const graphKeys = ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowDown', 'Enter'];
const mapKeys = ['ArrowRight', 'ArrowDown', 'PageDown', 'ArrowLeft', 'End', 'Home'];
const cases = [
  {name: 'summary', profile: ['1000000'], hash: ''},
  {name: 'flame graph', profile: ['1000000'], hash: '#v=1&view=flame', focus: 'canvas', keys: graphKeys},
  {name: 'callers', profile: ['1000000'], hash: '#v=1&view=flame&graph=callers', focus: 'canvas', keys: graphKeys},
  {name: 'source', profile: ['1000000'], hash: '#v=1&view=source'},
  {name: 'ranks', profile: ['20000', '1024'], hash: '#v=1&view=ranks', focus: '.rank-map canvas', keys: mapKeys},
  {name: 'summary of 1024 ranks', profile: ['20000', '1024'], hash: ''},
  {name: 'timeline of 1024 ranks', profile: ['20000', '1024'], hash: '#v=1&view=timeline'},
  {name: 'MPI of 1024 ranks', profile: ['20000', '1024'], hash: '#v=1&view=mpi'},
];

async function measure(browser, {profile, hash, focus, keys}) {
  const path = browser.written(...profile);
  const began = performance.now();
  const page = await browser.show(path, {hash});
  await settled(page);
  const open = performance.now() - began;
  if (focus) await page.locator(focus).first().focus();
  const frames = keys ? await frameTimes(page, keys) : [];
  await page.context().close();
  return {open, frame: frames[frames.length >> 1], slowest: frames.at(-1), bytes: statSync(path).size};
}

const browser = await Browser.open();
const found = Object.fromEntries(cases.map(({name}) => [name, []]));
for (let round = 0; round < Number(process.argv[2] ?? 5); round++) {
  for (const one of cases) found[one.name].push(await measure(browser, one));
}
await browser.close();
console.log(JSON.stringify(found));
