// The page in a real browser.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {after, before, test} from 'node:test';
import {Browser, hashOf, noBrowser, noWriter, pixel, settled} from './support/browser.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser;

before(async () => {
  if (!noBrowser) browser = await Browser.open();
});
after(() => browser?.close());

/** One test with its own page, which must not have done anything forbidden when it ends. */
function pageTest(name, {sample = 'heat', ...options}, body) {
  test(name, {skip: noBrowser}, async () => {
    const page = await browser.show(browser.sample(sample), options);
    try {
      await body(page);
      assert.deepEqual(page.offences, []);
    } finally {
      await page.context().close();
    }
  });
}

const textOf = async (page, selector) => {
  await settled(page);
  return page.locator(selector).evaluate((element) => element.innerText ?? element.textContent);
};
const path = (page) => textOf(page, '.path');
const spoken = (page) => textOf(page, '#flame-cursor');
const row = (number) => ({x: 200, y: 20 * number + 10});

pageTest('it opens from a file and says what was run', {}, async (page) => {
  assert.match(await page.title(), /^heat\.py – pyprof$/);
  const header = await page.locator('header').innerText();
  assert.match(header, /mpirun -n 4 python3 heat\.py/);
  assert.match(header, /4 ranks on node01/);
  assert.match(header, /198\.7 Hz/);
  assert.match(header, /Data quality: good/);
  assert.match(await path(page), /all 4 ranks/);
});

pageTest('a click zooms, the back button returns, and so do Escape and Backspace', {}, async (page) => {
  await page.locator('canvas').click({position: row(3)});
  assert.match(await path(page), /<module>\s*main\s*Grid\.step$/);
  assert.ok((await hashOf(page)).node);
  await page.goBack();
  assert.match(await path(page), /^all 4 ranks$/);
  await page.goForward();
  assert.match(await path(page), /Grid\.step$/);
  await page.keyboard.press('Escape');
  assert.match(await path(page), /main$/);
  await page.keyboard.press('Backspace');
  assert.match(await path(page), /<module>$/);
});

pageTest('the keyboard alone moves, zooms, searches and returns', {}, async (page) => {
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
  assert.match(await spoken(page), /^Grid\.exchange, Python, 23\.\d % total/);
  await page.keyboard.press('ArrowLeft');
  assert.match(await spoken(page), /^Grid\.step/);
  await page.keyboard.press('ArrowUp');
  assert.match(await spoken(page), /^main/);
  await page.keyboard.press('Enter');
  assert.match(await path(page), /main$/);
  await page.keyboard.press('/');
  await page.keyboard.type('^MPI_');
  assert.match(await textOf(page, '#search-result'), /^\d+\.\d % in 2 places$/);
  await page.keyboard.press('Enter');
  assert.match(await spoken(page), /^MPI_Sendrecv/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('r');
  assert.deepEqual(await hashOf(page), {});
});

pageTest('n and N step through the matches, the heaviest first', {hash: '#v=1&q=^MPI_'}, async (page) => {
  const seen = [];
  for (const key of ['n', 'n', 'n', 'N']) {
    await page.keyboard.press(key);
    seen.push((await spoken(page)).split(',')[0]);
  }
  assert.deepEqual(seen, ['MPI_Sendrecv', 'MPI_Allreduce', 'MPI_Sendrecv', 'MPI_Allreduce']);
});

pageTest('an unfinished pattern is said to be one', {}, async (page) => {
  await page.fill('#search', 'step(');
  assert.equal(await textOf(page, '#search-result'), 'not a regular expression');
  assert.equal(await page.getAttribute('#search', 'aria-invalid'), 'true');
});

pageTest('an arrow moves down the page in both directions', {hash: '#v=1&direction=flame'}, async (page) => {
  await page.keyboard.press('ArrowUp');
  assert.match(await spoken(page), /^<module>/);
  await page.keyboard.press('ArrowDown');
  assert.match(await spoken(page), /^all 4 ranks/);
});

pageTest('the tooltip gives shares, samples, interval, source, library and ranks', {}, async (page) => {
  await page.locator('canvas').hover({position: row(4)});
  const text = await textOf(page, '.tooltip');
  for (const part of ['jacobi_sweep', 'heat.c:12', '_heat.so', 'Native', 'total', 'self', '95 %:', 'samples', 'min', 'mean', 'max', 'rank 3']) {
    assert.ok(text.includes(part), `${part} in ${text}`);
  }
});

pageTest('the view in the URL is the view that opens', {hash: '#v=1&direction=flame&frames=python&by=line&rank=2&q=step&theme=dark'},
  async (page) => {
    for (const name of ['Flame', 'Lines', 'Python']) {
      assert.equal(await page.getByRole('button', {name, exact: true}).getAttribute('aria-pressed'), 'true');
    }
    assert.equal(await page.inputValue('#search'), 'step');
    assert.equal(await page.getByLabel('Rank').inputValue(), '2');
    assert.match(await path(page), /rank 2/);
    assert.ok((await pixel(page, 640, 2)).every((value) => value < 60), 'the canvas is dark');
  });

pageTest("interpreter frames are hidden until asked for", {}, async (page) => {
  const lines = async () => {
    await page.keyboard.press('5');
    await settled(page);
    const names = await page.locator('.functions .name button').allInnerTexts();
    await page.keyboard.press('1');
    return names;
  };
  assert.ok(!(await lines()).includes('_PyEval_EvalFrameDefault'));
  await page.keyboard.press('m');
  assert.ok((await lines()).includes('_PyEval_EvalFrameDefault'));
  await page.keyboard.press('p');
  assert.ok(!(await lines()).includes('jacobi_sweep'));
});

pageTest('the table sorts, follows the search, and opens the flame graph', {hash: '#v=1&view=table'}, async (page) => {
  const first = () => textOf(page, '.functions tbody tr:first-child .name button');
  assert.equal(await first(), 'jacobi_sweep');
  await page.getByRole('button', {name: 'Total'}).click();
  assert.equal(await first(), '<module>');
  assert.equal(await page.locator('th.total').getAttribute('aria-sort'), 'descending');
  await page.fill('#search', 'grid.py');
  await settled(page);
  assert.equal(await page.locator('.functions tbody tr').count(), 3);
  await page.getByRole('button', {name: 'Grid.exchange'}).click();
  assert.match(await path(page), /Grid\.exchange$/);
});

pageTest('work of other threads stands below its line until it is wanted apart', {sample: 'pool'}, async (page) => {
  await page.locator('canvas').click({position: row(3)});
  assert.match(await path(page), /<module>\s*\[worker threads\]\s*gemm_thread$/);
  await page.keyboard.press('r');
  await page.getByRole('button', {name: 'Apart'}).click();
  assert.deepEqual(await hashOf(page), {threads: 'apart'});
  await page.locator('canvas').click({position: row(1)});
  assert.match(await path(page), /^whole program\s*gemm_thread$/);
  await page.keyboard.press('w');
  assert.deepEqual((await hashOf(page)).threads, undefined);
});

pageTest('a profile without such threads has no switch for them', {}, async (page) => {
  assert.equal(await page.getByRole('button', {name: 'Apart'}).count(), 0);
});

pageTest('one rank, and the next by key', {}, async (page) => {
  await page.getByLabel('Rank').selectOption({label: 'rank 1'});
  assert.match(await path(page), /rank 1/);
  await page.locator('canvas').focus();
  await page.keyboard.press(']');
  assert.match(await path(page), /rank 2/);
});

pageTest('help and quality open and close by keyboard', {}, async (page) => {
  await page.keyboard.press('?');
  await page.locator('dialog').waitFor({state: 'visible'});
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({state: 'hidden'});
  await page.locator('.verdict').focus();
  await page.keyboard.press('Enter');
  assert.match(await textOf(page, '.quality-lines'), /unwind truncated 12/);
  await page.keyboard.press('Escape');
  await page.locator('.quality-lines').waitFor({state: 'hidden'});
});

pageTest('light and dark follow the system', {colorScheme: 'dark'}, async (page) => {
  assert.ok((await pixel(page, 640, 2)).every((value) => value < 60));
  await page.emulateMedia({colorScheme: 'light'});
  assert.ok((await pixel(page, 640, 2)).every((value) => value > 200));
});

for (const hash of ['', '#v=1&view=table']) {
  pageTest(`hostile names run nothing and ask for nothing (${hash || 'flame graph'})`, {sample: 'hostile', hash}, async (page) => {
    if (hash === '') for (const number of [1, 2, 3]) await page.locator('canvas').hover({position: row(number)});
    await page.locator('.verdict').click();
    assert.equal(await page.evaluate(() => window.pwned), undefined);
    assert.equal(await page.evaluate(() => document.querySelectorAll('img, svg, script:not(:last-of-type), main b').length), 0);
    const text = await page.evaluate(() => document.body.innerText + document.title);
    assert.ok(!/[\u202a-\u202e\u2066-\u2069]/.test(text));
    assert.ok(text.includes('\\u202e'));
  });
}

for (const [colorScheme, hash] of [['light', ''], ['dark', ''], ['light', '#v=1&view=table'], ['dark', '#v=1&view=table&q=m']]) {
  pageTest(`no serious accessibility problem (${colorScheme}, ${hash || 'flame graph'})`, {colorScheme, hash}, async (page) => {
    await page.locator('.verdict').click();
    await page.evaluate(axeSource);
    const {violations} = await page.evaluate(() => window.axe.run(document, {resultTypes: ['violations']}));
    const serious = violations.filter(({impact}) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(serious.map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html).join(' ')}`), []);
  });
}

pageTest('a page twice as large is still usable', {viewport: {width: 640, height: 360}}, async (page) => {
  assert.ok(await page.locator('canvas').isVisible());
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});

test('a damaged page says so', {skip: noBrowser}, async () => {
  const page = await (await browser.chromium.newContext()).newPage();
  await page.setContent(readFileSync(browser.sample('heat'), 'utf8').replace('H4sI', 'H4sJ'));
  await page.waitForSelector('.failure');
  assert.match(await page.innerText('#app'), /cannot show this profile/);
  await page.context().close();
});

test('a page that pyprof wrote shows its profile', {skip: noBrowser || noWriter}, async () => {
  const page = await browser.show(browser.written('sample'), {hash: '#v=1&view=table&machinery=1'});
  assert.match(await page.innerText('.functions'), /<module>/);
  assert.deepEqual(page.offences, []);
  await page.context().close();
});

test('a million contexts open and move', {skip: noBrowser || noWriter}, async (context) => {
  const path = browser.written('1000000');
  const began = performance.now();
  const page = await browser.show(path);
  await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => setTimeout(painted))));
  context.diagnostic(`10^6 contexts open in ${Math.round(performance.now() - began)} ms`);
  const frames = await page.evaluate(measureFrames);
  context.diagnostic(`one frame takes ${frames[frames.length >> 1].toFixed(1)} ms, the slowest ${frames.at(-1).toFixed(1)} ms`);
  assert.deepEqual(page.offences, []);
  await page.context().close();
});

/** In the page: the sorted times of the animation frames while the cursor moves over the graph. */
async function measureFrames() {
  const times = [];
  const original = window.requestAnimationFrame;
  window.requestAnimationFrame = (draw) => original((now) => {
    const began = performance.now();
    draw(now);
    times.push(performance.now() - began);
  });
  for (let i = 0; i < 40; i++) {
    const key = i % 8 === 7 ? 'Enter' : i % 3 === 0 ? 'ArrowRight' : 'ArrowDown';
    document.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
    await new Promise((done) => original(() => setTimeout(done)));
  }
  window.requestAnimationFrame = original;
  return times.sort((a, b) => a - b);
}
