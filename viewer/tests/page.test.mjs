// The page in a real browser.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {Browser, frameTimes, hashOf, noBrowser, noWriter, pixel, settled} from './support/browser.mjs';
import {checkAccessible, checkNothingRan, goTo, pageTest as ownPageTest} from './support/page_test.mjs';

let browser;

before(async () => {
  if (!noBrowser) browser = await Browser.open();
});
after(() => browser?.close());

/** Every page and form of one. */
const everyPage = [
  'view=summary', 'view=flame', 'view=flame&graph=callers', 'view=flame&graph=sandwich', 'view=flame&graph=table&q=m',
  'view=flame&graph=table&asTree=1', 'view=source&fn=0&line=3', 'view=source&fn=6&line=21', 'view=ranks', 'view=timeline',
  'view=timeline&time=100000-300000', 'view=kernels&fn=6', 'view=mpi',
  'view=summary&time=2000000-6000000', 'view=flame&time=2000000-6000000&metric=1&thread=1', 'view=ranks&time=2000000-6000000',
].map((state) => `#v=1&${state}`);

const pageTest = (name, options, body) => ownPageTest(name, {sample: 'heat', hash: '#v=1&view=flame', ...options}, body);

const textOf = async (page, selector) => {
  await settled(page);
  return page.locator(selector).evaluate((element) => element.innerText ?? element.textContent);
};
const path = (page) => textOf(page, '.path');
const spoken = (page) => textOf(page, '.cursor');
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
  assert.deepEqual(await hashOf(page), {view: 'flame'});
});

pageTest('n and N step through the matches, the heaviest first', {hash: '#v=1&view=flame&q=^MPI_'}, async (page) => {
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

pageTest('an arrow moves down the page in both directions', {hash: '#v=1&view=flame&graph=flame'}, async (page) => {
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

pageTest('the view in the URL is the view that opens', {hash: '#v=1&view=flame&graph=flame&frames=python&by=line&rank=2&q=step&theme=dark'},
  async (page) => {
    for (const name of ['Flame', 'Lines', 'Python']) {
      assert.equal(await page.getByRole('button', {name, exact: true}).getAttribute('aria-pressed'), 'true');
    }
    assert.equal(await page.inputValue('#search'), 'step');
    assert.equal(await page.getByLabel('Rank').inputValue(), '2');
    assert.match(await path(page), /rank 2/);
    assert.ok((await pixel(page, 640, 2)).every((value) => value < 60), 'the canvas is dark');
  });

pageTest('without an address a page opens with the rank and metric it was written for', {sample: 'ofRank', hash: ''}, async (page) => {
  assert.deepEqual(await hashOf(page), {metric: '1', rank: '2'});
  assert.equal(await page.getByLabel('Rank', {exact: true}).inputValue(), '2');
  await page.keyboard.press('r');
  assert.deepEqual(await hashOf(page), {});
  await page.goBack();
  assert.deepEqual(await hashOf(page), {metric: '1', rank: '2'});
  await page.reload();
  await page.waitForSelector('main section');
  assert.deepEqual(await hashOf(page), {metric: '1', rank: '2'});
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

pageTest('the table sorts, follows the search, and opens the flame graph', {hash: '#v=1&view=flame&graph=table'}, async (page) => {
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
  assert.deepEqual(await hashOf(page), {view: 'flame', threads: 'apart'});
  await page.locator('canvas').click({position: row(1)});
  assert.match(await path(page), /^whole program\s*gemm_thread$/);
  await page.keyboard.press('w');
  assert.deepEqual((await hashOf(page)).threads, undefined);
});

pageTest('a page is chosen by the rail and by key, and the back button returns', {hash: ''}, async (page) => {
  assert.equal(await page.getByRole('button', {name: 'Summary'}).getAttribute('aria-current'), 'page');
  await page.getByRole('button', {name: 'Flame graph'}).click();
  assert.deepEqual(await hashOf(page), {view: 'flame'});
  await page.keyboard.press('Shift+S');
  assert.deepEqual(await hashOf(page), {});
  await page.goBack();
  assert.equal(await page.getByRole('button', {name: 'Flame graph'}).getAttribute('aria-current'), 'page');
});

pageTest('the summary has findings, shares, efficiencies, the heaviest of everything, run and quality', {hash: ''}, async (page) => {
  const text = await textOf(page, 'main');
  for (const part of ['waits at most 17.4 %', '63.8 % Native', '--mode wall', 'Parallel efficiency', '76.1 %', 'Serialisation', '93.1 %', 'Transfer efficiency', '97.0 %', 'jacobi_sweep', 'grid.py:48',
    'Compute kernels', 'grid.py:48', 'OpenBLAS 0.3.21', 'cpu time at 199 Hz', 'Lost or cut samples']) {
    assert.ok(text.includes(part), `${part} in ${text}`);
  }
  await page.getByRole('button', {name: 'opal_progress'}).click();
  assert.match(await path(page), /opal_progress$/);
});

pageTest('a column of the summary is the graph of a rank', {hash: ''}, async (page) => {
  await page.locator('.columns-chart').click({position: {x: 10, y: 60}});
  assert.match(await path(page), /rank 0/);
});

pageTest('another metric changes widths and words', {}, async (page) => {
  await page.getByLabel('Metric').selectOption({label: 'PAPI_TOT_INS'});
  assert.deepEqual(await hashOf(page), {view: 'flame', metric: '1'});
  await page.keyboard.press('ArrowDown');
  assert.match(await spoken(page), /^<module>, Python, 100\.0 % total, \d+\.\d+ % self, level 1$/);
});

pageTest('stacks are changed step by step, and each step undone', {}, async (page) => {
  await page.locator('canvas').click({position: row(4)});
  await page.keyboard.press('f');
  assert.match(await path(page), /^all 4 ranks$/);
  await page.keyboard.press('ArrowDown');
  assert.match(await spoken(page), /^jacobi_sweep.* 100\.0 % total/);
  assert.match((await hashOf(page)).do, /^f\d+$/);
  await page.keyboard.press('d');
  assert.equal(await page.locator('.transforms li').count(), 2);
  await page.getByRole('button', {name: /^only jacobi_sweep/}).click();
  assert.equal((await hashOf(page)).do, undefined);
  await page.goBack();
  assert.match((await hashOf(page)).do, /^f\d+\.d\d+$/);
  await page.keyboard.press('u');
  assert.match((await hashOf(page)).do, /^f\d+$/);
});

pageTest('callers stand below what works, and a zoomed one is found again', {hash: '#v=1&view=flame&graph=callers'}, async (page) => {
  await page.keyboard.press('ArrowDown');
  assert.match(await spoken(page), /^jacobi_sweep, Native/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.match(await path(page), /jacobi_sweep\s*Grid\.step$/);
  const {node} = await hashOf(page);
  assert.match(node, /^\d+\.2$/);
  await page.reload();
  await page.waitForSelector('main section');
  assert.match(await path(page), /jacobi_sweep\s*Grid\.step$/);
});

pageTest('the sandwich shows who calls a function and what it calls', {hash: '#v=1&view=flame&graph=sandwich'}, async (page) => {
  await page.getByRole('button', {name: /main$/}).click();
  await settled(page);
  assert.deepEqual(await page.locator('.halves h2').allInnerTexts(), ['Callers of main', 'What main calls']);
  const [callers, callees] = [page.locator('canvas').first(), page.locator('canvas').last()];
  await callers.focus();
  for (const key of ['ArrowUp', 'ArrowUp']) await page.keyboard.press(key);
  assert.match(await page.locator('.cursor').first().textContent(), /^<module>/);
  await callees.focus();
  for (const key of ['ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
  assert.match(await page.locator('.cursor').last().textContent(), /^Grid\.step/);
});

pageTest('the tree of calls opens and closes by keyboard', {hash: '#v=1&view=flame&graph=table&asTree=1'}, async (page) => {
  const focused = () => page.evaluate(() => [document.activeElement.getAttribute('aria-level'), document.activeElement.getAttribute('aria-expanded')]);
  await page.locator('[role=treegrid] tbody tr').first().focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
  assert.deepEqual(await focused(), ['4', 'true']);
  const rows = await page.locator('[role=treegrid] tbody tr').count();
  await page.keyboard.press('ArrowLeft');
  await settled(page);
  assert.deepEqual(await focused(), ['4', 'false']);
  assert.ok(await page.locator('[role=treegrid] tbody tr').count() < rows);
  await page.keyboard.press('ArrowLeft');
  await settled(page);
  assert.deepEqual(await focused(), ['3', 'true']);
  await page.keyboard.press('Enter');
  assert.match(await path(page), /main$/);
});

for (const [colour, expected] of [['module', 1], ['heat', 1], ['imbalance', 1]]) {
  pageTest(`boxes are coloured by ${colour}`, {hash: `#v=1&view=flame&colour=${colour}`}, async (page) => {
    const before = await pixel(page, 300, 84);
    await page.locator('.colour select').selectOption('domain');
    assert.ok(Math.max(...(await pixel(page, 300, 84)).map((value, i) => Math.abs(value - before[i]))) > expected);
  });
}

pageTest('boxes are coloured by a ratio of counters, and the legend and the tooltip say which', {hash: '#v=1&view=flame&colour=ratio'}, async (page) => {
  assert.equal(await page.locator('.colour select option:checked').innerText(), 'by ipc');
  assert.match(await textOf(page, '.legend'), /ipc 1\.50\s+1\.50/);
  await page.locator('canvas').first().hover({position: row(4)});
  assert.match(await textOf(page, '.tooltip'), /ipc 1\.50 instructions\/cycle/);
  await page.keyboard.press('b');
  assert.deepEqual(await hashOf(page), {view: 'flame'});
  for (const wanted of ['module', 'heat', 'imbalance', 'ratio']) {
    await page.keyboard.press('b');
    assert.equal((await hashOf(page)).colour, wanted);
  }
  await goTo(page, `#v=1&view=flame&colour=ratio&${loading}`);
  assert.equal(await page.locator('.colour select option:checked').innerText(), 'by kind of code');
});

const focused = (page) => page.evaluate(() => document.activeElement.innerText ?? '');

pageTest('a menu at a box does what keys do, by mouse and by keyboard', {}, async (page) => {
  const canvas = page.locator('.flame canvas');
  await canvas.click({position: row(4), button: 'right'});
  assert.equal(await page.getByRole('menu').getAttribute('aria-label'), 'jacobi_sweep');
  assert.match(await focused(page), /^Zoom in/);
  await page.keyboard.press('ArrowUp');
  assert.equal(await focused(page), 'Copy stack');
  for (const key of ['Home', 'ArrowDown']) await page.keyboard.press(key);
  assert.match(await focused(page), /^Focus/);
  await page.keyboard.press('Enter');
  assert.equal(await page.getByRole('menu').count(), 0);
  assert.match((await hashOf(page)).do, /^f\d+$/);
  await page.goBack();
  await canvas.focus();
  for (const key of ['Home', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Shift+F10']) await page.keyboard.press(key);
  assert.equal(await page.getByRole('menu').getAttribute('aria-label'), 'Grid.step');
  await page.keyboard.press('Escape');
  assert.equal(await page.getByRole('menu').count(), 0);
  assert.ok(await canvas.evaluate((element) => element === document.activeElement), 'the graph has the focus again');
  assert.match(await spoken(page), /^Grid\.step/);
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', {name: 'Source'}).click();
  assert.equal((await hashOf(page)).view, 'source');
  await page.goBack();
  await canvas.click({position: row(0), button: 'right'});
  assert.equal(await page.getByRole('menu').count(), 0, 'the root has none');
  await canvas.click({position: row(3), button: 'right'});
  await page.getByRole('menu').waitFor();
  await page.mouse.click(400, 5);
  await settled(page);
  assert.equal(await page.getByRole('menu').count(), 0, 'it closes beside it');
});

pageTest('a stack is copied, the innermost frame first', {permissions: ['clipboard-read', 'clipboard-write']}, async (page) => {
  const copied = async (hash, at, title) => {
    await goTo(page, hash);
    await page.locator('.flame canvas').click({position: at, button: 'right'});
    await page.getByRole('menuitem', {name: title}).click();
    await settled(page);
    return page.evaluate(() => navigator.clipboard.readText());
  };
  const stack = ['jacobi_sweep (/home/user/heat/heat.c:12)', 'Grid.step (/home/user/heat/grid.py:41)', 'main (/home/user/heat/heat.py:88)',
    '<module> (/home/user/heat/heat.py:1)'];
  assert.equal(await copied('#v=1&view=flame', row(4), 'Copy stack'), stack.join('\n'));
  assert.equal(await copied('#v=1&view=flame&graph=callers', row(4), 'Copy stack'), stack.join('\n'));
  assert.equal(await copied('#v=1&view=flame', row(3), 'Copy name'), 'Grid.step');
});

pageTest('a graph that is larger than the window has a small map of it, which moves it', {sample: 'deep'}, async (page) => {
  const map = await page.locator('.minimap').boundingBox();
  const scrolled = () => page.locator('.flame').evaluate((frame) => frame.scrollTop);
  const seen = () => page.locator('.minimap .seen').evaluate((mark) => [mark.offsetTop, mark.offsetHeight]);
  assert.equal(await scrolled(), 0);
  const [top, height] = await seen();
  assert.ok(top === 0 && height > 10 && height < 40, `${top} and ${height}`);
  await page.mouse.move(map.x + 20, map.y + 5);
  await page.mouse.down();
  await page.mouse.move(map.x + 20, map.y + map.height / 2);
  await settled(page);
  const middle = await scrolled();
  const frame = await page.locator('.flame').evaluate((element) => element.clientHeight);
  assert.ok(Math.abs(middle + frame / 2 - (91 * 20) / 2) < 45, `${middle}`);
  await page.mouse.move(map.x + 20, map.y + map.height);
  await settled(page);
  assert.ok((await scrolled()) > middle);
  await page.mouse.up();
  assert.ok((await seen())[0] > 30);
  assert.deepEqual(await hashOf(page), {view: 'flame'});
});

pageTest('sideways the small map moves to another box of the same row', {}, async (page) => {
  assert.equal(await page.locator('.minimap').count(), 0, 'all of it is in the window');
  await page.locator('.flame canvas').click({position: row(3)});
  assert.match(await path(page), /Grid\.step$/);
  const map = await page.locator('.minimap').boundingBox();
  const width = await page.locator('.minimap .seen').evaluate((mark) => mark.offsetWidth);
  assert.ok(width > 60 && width < 170, `${width}`);
  await page.mouse.click(map.x + map.width * 0.75, map.y + 20);
  assert.match(await path(page), /Grid\.exchange$/);
  await page.goBack();
  assert.match(await path(page), /Grid\.step$/);
});

pageTest('the graph is saved as SVG and as PNG', {}, async (page) => {
  for (const [kind, start] of [['SVG', '<svg'], ['PNG', '\u0089PNG']]) {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', {name: kind, exact: true}).click()]);
    const bytes = readFileSync(await file.path());
    assert.ok(bytes.toString('latin1').startsWith(start), kind);
    if (kind === 'SVG') assert.ok(bytes.includes('jacobi_sweep'));
  }
});

pageTest('the source page has the files, their lines with what they cost, and what is known of one', {hash: ''}, async (page) => {
  await page.keyboard.press('Shift+C');
  assert.match(await textOf(page, '.files'), /grid\.py[\s\S]*heat\.c/);
  await page.getByRole('button', {name: /grid\.py/}).click();
  const line = page.locator('tr.hot', {hasText: '_heat.jacobi_sweep'});
  assert.match(await line.innerText(), /^48\s+55\.9 %\s+55\.9 %/);
  await line.click();
  const details = await textOf(page, '.line-details');
  for (const part of ['with all that it calls', 'Native', 'Over ranks: min', 'rank 3', 'PAPI_TOT_INS', 'ipc 1.50', 'in kernel jacobi_sweep']) {
    assert.ok(details.includes(part), `${part} in ${details}`);
  }
  assert.equal((await hashOf(page)).line, '48');
  assert.equal(await page.locator('.code .hl-keyword', {hasText: 'def'}).count() > 0, true);
  await page.getByRole('button', {name: 'Show in the flame graph'}).click();
  assert.match(await path(page), /Grid\.step$/);
  await page.goBack();
  assert.equal(await page.locator('tr[aria-selected=true]').count(), 1);
});

pageTest('arrows go from one line with time to the next', {hash: '#v=1&view=source&fn=6'}, async (page) => {
  await page.locator('tr.hot').first().focus();
  const number = () => page.evaluate(() => document.activeElement.querySelector('.line').textContent);
  const seen = [await number()];
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp']) {
    await page.keyboard.press(key);
    seen.push(await number());
  }
  assert.deepEqual(seen, ['18', '21', '22', '21']);
  await page.keyboard.press('Enter');
  assert.equal((await hashOf(page)).line, '21');
});

pageTest('the source of the function under the cursor', {}, async (page) => {
  await page.locator('canvas').click({position: row(4)});
  await page.keyboard.press('s');
  assert.match(await textOf(page, '.listing h2'), /heat\.c$/);
  assert.match(await textOf(page, '.listing .warning'), /saved after the run began/);
  await goTo(page, '#v=1&view=source&fn=2');
  assert.match(await textOf(page, '.listing h2'), /grid\.py$/);
  assert.equal(await page.locator('.warning').count(), 0);
});

pageTest('without source text the lines stand alone', {sample: 'pool', hash: '#v=1&view=source'}, async (page) => {
  assert.match(await textOf(page, '.listing'), /--no-source/);
  assert.match(await textOf(page, 'tr.hot'), /^3\s/);
});

pageTest('the ranks page says who is slow, and opens the graph of one rank', {hash: '#v=1&view=ranks'}, async (page) => {
  assert.match(await textOf(page, '.figures-table tbody tr:first-child'), /^jacobi_sweep[\s\S]*1\.18[\s\S]*rank 3/);
  const map = page.locator('.rank-map canvas');
  await map.focus();
  for (const key of ['End', 'ArrowDown']) await page.keyboard.press(key);
  assert.match(await textOf(page, '#rank-cell'), /^rank 3: .* in opal_progress\s*$/);
  await page.keyboard.press('Enter');
  assert.match(await path(page), /rank 3/);
  await page.goBack();
  await page.locator('.rank-map li button', {hasText: 'poll'}).click();
  assert.match(await textOf(page, 'main'), /Sorted: \d/);
  await page.getByRole('button', {name: 'By time'}).click();
  assert.deepEqual(Object.keys(await hashOf(page)).sort(), ['fn', 'order', 'view']);
  await page.locator('.rank-map canvas').hover({position: {x: 2, y: 40}});
  assert.match(await textOf(page, '#rank-cell'), /^rank 0: .* in poll\s*$/);
});

pageTest('the darkest cell of a row is its slowest rank', {hash: '#v=1&view=ranks'}, async (page) => {
  const width = await page.locator('.rank-map canvas').evaluate((canvas) => canvas.clientWidth);
  const [first, last] = [await pixel(page, width / 8, 9), await pixel(page, (7 * width) / 8, 9)];
  assert.ok(last[1] < first[1] - 30, `${first} and ${last}`);
});

pageTest('the timeline says what a rank did when, by key and by mouse', {hash: '#v=1&view=timeline'}, async (page) => {
  const cell = () => textOf(page, '#timeline-cell');
  await page.locator('.timeline-rows canvas').focus();
  for (const key of ['ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
  // Slices of 134.2 ms with 27 samples of 5.025 ms each: 1.01 threads.
  assert.match(await cell(), /^rank 1, 70\.1 ms to 140 ms: 0\.9\d threads busy, Python 69\.2 %, Native 23\.1 %, Other 7\.7 %\s*$/);
  const {width} = await page.locator('.timeline-rows canvas').boundingBox();
  await page.locator('.timeline-rows canvas').hover({position: {x: width * 0.4415, y: 75}});
  assert.match(await cell(), /^rank 3, 6\.17 s to 6\.24 s: .* Python 3\.8 %, Native 84\.6 %, MPI 11\.5 %\s*$/);
  await page.keyboard.press('Enter');
  assert.match(await path(page), /rank 3/);
  await page.goBack();
  await page.locator('.timeline-rows canvas').click({position: {x: 100, y: 30}});
  assert.match(await path(page), /rank 1/);
});

pageTest('a range of the timeline is chosen by key, stands in the URL, and the back button undoes it', {hash: '#v=1&view=timeline'}, async (page) => {
  await page.locator('.timeline-rows canvas').focus();
  for (const key of ['Home', 'PageDown', 'Shift+PageDown', 'Shift+ArrowRight']) await page.keyboard.press(key);
  assert.match(await textOf(page, '#timeline-cell'), /^rank 0, 841 ms to 1\.82 s: /);
  await page.keyboard.press('+');
  const {time} = await hashOf(page);
  assert.equal(time, '841119-1822424');
  assert.match(await textOf(page, '.timeline .axis'), /^841 ms[\s\S]*1\.82 s$/);
  await page.keyboard.press('-');
  assert.notEqual((await hashOf(page)).time, time);
  await page.goBack();
  assert.equal((await hashOf(page)).time, time);
  await page.reload();
  await page.waitForSelector('main section');
  assert.match(await textOf(page, '.chip'), /^841 ms to 1\.82 s/);
  await page.locator('.timeline-rows canvas').focus();
  await page.keyboard.press('Escape');
  assert.deepEqual(await hashOf(page), {view: 'timeline'});
});

pageTest('a range of the timeline is dragged', {hash: '#v=1&view=timeline'}, async (page) => {
  const box = await page.locator('.timeline-rows canvas').boundingBox();
  await page.mouse.move(box.x + box.width * 0.7525, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.2525, box.y + 50);
  assert.equal(await page.locator('.marks .chosen').count(), 1);
  await page.mouse.up();
  const [begin, end] = (await hashOf(page)).time.split('-').map(Number);
  assert.ok(Math.abs(begin / 14.018e6 - 0.25) < 0.01 && Math.abs(end / 14.018e6 - 0.755) < 0.01, `${begin} to ${end}`);
  await page.getByRole('button', {name: /✕/}).click();
  assert.equal((await hashOf(page)).time, undefined);
});

/** Of the first 1.2 s of the heat solver, in which it loads its modules. */
const loading = 'time=0-1200000';

pageTest('a range of time filters every page, and says on what the figures stand', {hash: `#v=1&view=flame&${loading}`}, async (page) => {
  const bar = await textOf(page, '.range-bar');
  const [, moments, all] = /^0 s to 1\.20 s ✕\s*(\d+) of ([\d\u202f]+) moments/.exec(bar) ?? [];
  // Of 104 slices with 26 samples of each rank every fourth is a moment; 1.2 s are 8.94 slices and, of later ranks, less.
  assert.equal(Number(all.replace('\u202f', '')), 4 * Math.ceil((9 * 26 + 95 * 26) / 4), bar);
  const wanted = [0, 1, 2, 3].reduce((sum, rank) => sum + ((1.2e9 - rank * 20e6) / 2 ** 27) * (26 / 4), 0);
  assert.ok(Math.abs(Number(moments) - wanted) <= 4, `${moments} moments, not ${wanted}`);
  assert.ok(bar.includes(`± ${(98 / Math.sqrt(Number(moments))).toFixed(1)} points`), bar);
  for (const key of ['ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
  assert.match(await spoken(page), /^import_modules, Python, 100\.0 % total, .* moments, level 2$/);
  for (const [view, isThere, isNot] of [
    ['summary', /Findings of the whole run[\s\S]*import_modules[\s\S]*Data quality of the whole run/, /jacobi_sweep\s+heat\.c|Parallel efficiency/],
    ['flame&graph=callers', /all 4 ranks/, /jacobi_sweep/],
    ['flame&graph=sandwich', /What unmarshal calls|What import_modules calls/, /jacobi_sweep/],
    ['flame&graph=table', /Moments[\s\S]*unmarshal/, /jacobi_sweep/],
    ['flame&graph=table&asTree=1', /Moments[\s\S]*unmarshal/, /jacobi_sweep/],
    ['source', /_bootstrap|marshal\.c/, /grid\.py/],
    ['ranks', /moments of each on average[\s\S]*unmarshal/, /jacobi_sweep/],
    ['kernels', /Counters are known of the whole run only/, /jacobi_sweep|PAPI_TOT_INS/],
    ['mpi', /All of it is of the whole run[\s\S]*MPI_Sendrecv/, /nothing/],
    ['timeline', /every page is of that range/, /narrows this page only/],
  ]) {
    await goTo(page, `#v=1&view=${view}&${loading}`);
    const text = await textOf(page, view === 'source' ? '.listing' : 'main');
    assert.match(text, isThere, view);
    assert.doesNotMatch(text, isNot, view);
    assert.match(await textOf(page, '.range-bar'), new RegExp(`${moments} of`), view);
  }
});

pageTest('the chip clears the range and the back button brings it back, on any page', {hash: `#v=1&view=kernels&${loading}`}, async (page) => {
  assert.equal(await page.getByText('jacobi_sweep').count(), 0);
  await page.locator('.chip').focus();
  await page.keyboard.press('Enter');
  assert.deepEqual(await hashOf(page), {view: 'kernels'});
  assert.equal(await page.locator('.range-bar').count(), 0);
  assert.ok((await page.getByText('jacobi_sweep').count()) > 0);
  await page.goBack();
  await settled(page);
  assert.equal(await page.getByText('jacobi_sweep').count(), 0);
});

pageTest('a metric, a thread or a range that a range of time has not shows what there is', {}, async (page) => {
  await goTo(page, `#v=1&view=flame&metric=2&thread=3&${loading}`);
  assert.equal(await page.getByLabel('Metric').count(), 0);
  assert.match(await path(page), /^all 4 ranks$/);
  await goTo(page, `#v=1&view=flame&rank=1&${loading}`);
  assert.match(await path(page), /^rank 1$/);
  await goTo(page, '#v=1&view=flame&time=900000000-900000001');
  assert.equal(await page.locator('.range-bar').count(), 0);
});

for (const [sample, said] of [['withoutMoments', undefined], ['wrongMoments', /damaged: moments are not in order of time/]]) {
  pageTest(`a range of ${sample} narrows the timeline only, and that is said`, {sample, hash: `#v=1&view=timeline&${loading}`}, async (page) => {
    if (said) assert.match(await textOf(page, '.range-bar'), said);
    else assert.match(await textOf(page, '.timeline-page > .remark'), /narrows this page only/);
    assert.match(await textOf(page, '.axis'), /1\.20 s$/);
    await page.keyboard.press('Shift+K');
    assert.ok((await page.getByText('jacobi_sweep').count()) > 0);
    await page.keyboard.press('Shift+T');
    await page.locator('.chip').click();
    assert.equal((await hashOf(page)).time, undefined);
  });
}

pageTest('the timeline has its colours, and its figures as a table', {hash: '#v=1&view=timeline'}, async (page) => {
  const colour = (selector, x, y) => page.locator(selector).evaluate((canvas, [px, py]) =>
    [...canvas.getContext('2d').getImageData(px * canvas.width, py * canvas.height, 1, 1).data].slice(0, 3), [x, y]);
  const [python, mpi] = [await colour('.timeline-rows canvas', 0.04, 0.12), await colour('.timeline-rows canvas', 0.107, 0.12)];
  assert.ok(python[0] > mpi[0] + 30 && mpi[2] > mpi[0] + 60, `${python} and ${mpi}`);
  assert.ok((await colour('.timeline-strip', 0.5, 0.02)).every((value) => value > 60));
  const cells = await page.locator('.timeline-page tbody tr').first().innerText();
  assert.match(cells, /^rank 0\s+0 %\s+45 %/);
  await page.getByLabel('Share of the samples in').selectOption('Python');
  assert.match(await page.locator('.timeline-page tbody tr').first().innerText(), /^rank 0\s+69 %/);
  await page.getByRole('button', {name: 'rank 2'}).click();
  assert.match(await path(page), /rank 2/);
});

for (const [sample, isSaid] of [['twoHosts', true], ['heat', false]]) {
  pageTest(`that hosts have clocks of their own is ${isSaid ? '' : 'not '}said of ${sample}`, {sample, hash: '#v=1&view=timeline'}, async (page) => {
    assert.equal((await textOf(page, '.timeline-page > .remark')).includes('Each host has a clock of its own'), isSaid);
  });
}

pageTest('a kernel has counters, ratios, ranks and the lines that call it', {hash: '#v=1&view=kernels'}, async (page) => {
  const cells = await page.locator('.figures-table tbody tr').first().innerText();
  for (const part of ['jacobi_sweep', '49.3 %', '1.50', '1.18', 'heat.c:21', '_heat.so']) assert.ok(cells.includes(part), `${part} in ${cells}`);
  await page.getByRole('button', {name: /jacobi_sweep/}).click();
  assert.match(await textOf(page, '.line-details'), /100\.0 % for grid\.py:48/);
  await page.getByRole('button', {name: 'grid.py:48'}).click();
  assert.match(await textOf(page, '.listing h2'), /grid\.py$/);
  assert.equal(await page.locator('tr[aria-selected=true] .line').innerText(), '48');
});

pageTest('calls of MPI have their line, how often, how much, how long, and who waits', {hash: '#v=1&view=mpi'}, async (page) => {
  const cells = await page.locator('.figures-table tbody tr').nth(1).innerText();
  for (const part of ['MPI_Allreduce', 'grid.py:80', '3.40 s', '3.10 s', 'rank 3', '8 bytes', '0 (1.20 s)']) assert.ok(cells.includes(part), `${part} in ${cells}`);
  assert.match(await page.locator('.figures-table tbody tr').first().innerText(), /9\.70 s\s+late partner/);
  await page.getByRole('button', {name: /MPI_Sendrecv/}).click();
  assert.match(await page.locator('.line-details canvas').getAttribute('aria-label'), /0: 3\.90 s, waiting 3\.50 s; 1: 3\.10 s/);
});

pageTest('a profile has no pages about what it has not', {sample: 'pool', hash: '#v=1&view=mpi'}, async (page) => {
  const names = await page.locator('.rail nav button').allInnerTexts();
  assert.deepEqual(names, ['Summary', 'Flame graph', 'Source', 'Kernels']);
  assert.equal(await page.locator('.rail [aria-current]').innerText(), 'Summary');
});

pageTest('a profile without samples opens, on every page', {sample: 'empty', hash: ''}, async (page) => {
  for (const hash of everyPage) {
    await goTo(page, hash);
    assert.equal(await page.locator('.failure').count(), 0, hash);
  }
  await goTo(page, '#v=1');
  assert.match(await textOf(page, 'main'), /holds no samples/);
});

pageTest('a telephone has the pages above, and nothing is cut off at the side', {hash: '', viewport: {width: 380, height: 740}}, async (page) => {
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  const [rail, main] = await Promise.all(['.rail', 'main'].map((part) => page.locator(part).boundingBox()));
  assert.ok(rail.y + rail.height <= main.y);
});

pageTest('a telephone shows names and source text without moving sideways', {hash: '', viewport: {width: 390, height: 844}}, async (page) => {
  const inSight = async (hash, selector) => {
    await goTo(page, `#v=1&${hash}`);
    const {x, width} = await page.locator(selector).first().boundingBox();
    assert.ok(x >= 0 && x + Math.min(width, 60) < 390, `${selector} at ${x}`);
  };
  await inSight('view=source&fn=2', 'tr.hottest .code');
  await inSight('view=flame&graph=table', '.functions .name button');
  await inSight('view=kernels&fn=6', '.figures-table .name button');
  await inSight('view=flame', '.colour select');
  await inSight(`view=summary&${loading}`, '.range-bar p');
});

for (const view of ['flame', 'flame&graph=callers', 'flame&graph=sandwich']) {
  pageTest(`print has the graph of ${view}`, {hash: `#v=1&view=${view}`}, async (page) => {
    await page.emulateMedia({media: 'print'});
    await settled(page);
    const {height} = await page.locator('.flame canvas').first().boundingBox();
    assert.ok(height > 250, `${height}`);
    const coloured = await page.locator('.flame canvas').last().evaluate((canvas) =>
      [...canvas.getContext('2d').getImageData(canvas.width / 4, 30, 1, 1).data].slice(0, 3));
    assert.ok(Math.max(...coloured) - Math.min(...coloured) > 40, `${coloured}`);
  });
}

pageTest('on paper the graph has the size that it is drawn for', {}, async (page) => {
  const sizes = () => page.locator('.flame canvas').evaluate((canvas) => [canvas.width, canvas.height]);
  const before = await sizes();
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  // 18 cm at 96 pixels an inch, and eight rows.
  assert.deepEqual(await sizes(), [680, 160]);
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  await settled(page);
  assert.deepEqual(await sizes(), before);
});

pageTest('print breaks long lines of source text', {hash: '#v=1&view=source&fn=6', viewport: {width: 700, height: 900}}, async (page) => {
  await page.emulateMedia({media: 'print'});
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});

pageTest('print shows the page alone', {hash: ''}, async (page) => {
  await page.emulateMedia({media: 'print'});
  assert.equal(await page.locator('.rail').isVisible(), false);
  assert.equal(await page.locator('.toolbar').isVisible(), false);
  assert.ok(await page.getByText('Parallel efficiency').isVisible());
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

pageTest('hostile names run nothing and ask for nothing, on any page', {sample: 'hostile'}, async (page) => {
  for (const number of [1, 2, 3]) await page.locator('canvas').hover({position: row(number)});
  await page.locator('.verdict').click();
  for (const hash of everyPage) {
    await goTo(page, hash);
    await checkNothingRan(page, hash);
  }
});

pageTest('no serious accessibility problem, on any page, light or dark', {}, async (page) => {
  await page.locator('.verdict').click();
  for (const hash of everyPage) await checkAccessible(page, hash);
});

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
  const page = await browser.show(browser.written('sample'), {hash: '#v=1&view=flame&graph=table&machinery=1'});
  assert.match(await page.innerText('.functions'), /<module>/);
  assert.deepEqual(page.offences, []);
  await page.context().close();
});

test('a million contexts open and move', {skip: noBrowser || noWriter}, async (context) => {
  const path = browser.written('1000000');
  const began = performance.now();
  const page = await browser.show(path, {hash: '#v=1&view=flame'});
  await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => setTimeout(painted))));
  context.diagnostic(`10^6 contexts open in ${Math.round(performance.now() - began)} ms`);
  const frames = await frameTimes(page, ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowDown', 'Enter']);
  context.diagnostic(`one frame takes ${frames[frames.length >> 1].toFixed(1)} ms, the slowest ${frames.at(-1).toFixed(1)} ms`);
  assert.deepEqual(page.offences, []);
  await page.context().close();
});

test('a million contexts are filtered by a range of time', {skip: noBrowser}, async (context) => {
  const page = await browser.show(browser.large(1_000_000, 131_072), {hash: '#v=1&view=flame'});
  const work = (hash) => page.evaluate(async (wanted) => {
    const began = performance.now();
    location.hash = wanted;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))));
    return performance.now() - began;
  }, hash);
  for (const view of ['flame', 'summary']) {
    const times = [await work(`#v=1&view=${view}`)];
    for (const begin of [2, 3]) times.push(await work(`#v=1&view=${view}&time=${begin}000000-60000000`));
    context.diagnostic(`${view}: all ${times[0].toFixed(0)} ms, ranges of 57 and 58 s ${times.slice(1).map((time) => time.toFixed(0)).join(', ')} ms`);
  }
  // Moments are spread evenly over 64 s: 57 s of them, and at the edges those of a unit of about a millisecond.
  const [, moments] = /([\d\u202f]+) of 131\u202f072 moments/.exec(await textOf(page, '.range-bar')) ?? [];
  assert.ok(Math.abs(Number(moments.replace('\u202f', '')) - (131_072 * 57) / 64) <= 20, moments);
  assert.deepEqual(page.offences, []);
  await page.context().close();
});

test('a thousand ranks open and move', {skip: noBrowser || noWriter}, async (context) => {
  const path = browser.written('20000', '1024');
  const began = performance.now();
  const page = await browser.show(path, {hash: '#v=1&view=ranks'});
  await settled(page);
  context.diagnostic(`1024 ranks open in ${Math.round(performance.now() - began)} ms`);
  await page.locator('.rank-map canvas').focus();
  for (const key of ['End', 'PageUp', 'ArrowDown']) await page.keyboard.press(key);
  assert.match(await textOf(page, '#rank-cell'), /^rank 959: /);
  await page.keyboard.press('Shift+M');
  await page.getByRole('button', {name: /MPI_Allreduce/}).first().click();
  assert.match(await page.locator('.line-details figcaption').innerText(), /from 0 to 1023/);
  await page.keyboard.press('Shift+T');
  await page.locator('.timeline-rows canvas').focus();
  for (const key of ['End', 'ArrowDown']) await page.keyboard.press(key);
  assert.match(await textOf(page, '#timeline-cell'), /^rank 3 to rank 4, 68\.4 s to 68\.7 s: 0\.79 threads busy, Python 4\.8 %, MPI 95\.2 %/);
  await page.keyboard.press('+');
  assert.ok((await hashOf(page)).time);
  const {columns} = await page.evaluate(() => ({columns: document.querySelector('.timeline-rows canvas').width}));
  assert.ok(columns > 500);
  assert.deepEqual(page.offences, []);
  await page.context().close();
});

test('a damaged part of a page is named, and the other pages are shown', {skip: noBrowser}, async () => {
  const page = await browser.show(browser.sample('cut'), {hash: '#v=1&view=source'});
  assert.match(await page.innerText('main'), /cannot show this page: the data block is damaged: source text/);
  await page.keyboard.press('Shift+S');
  await page.getByText('Findings').waitFor();
  await page.context().close();
});
