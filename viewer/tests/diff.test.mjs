// Differences of two runs and of ranks, in a real browser.
import assert from 'node:assert/strict';
import {hashOf, pixel} from './support/browser.mjs';
import {checkAccessible, checkNothingRan, goTo, pageTest, textOf} from './support/page_test.mjs';

const difference = '#v=1&view=flame&colour=difference';
const row = (number) => ({x: 200, y: 20 * number + 10});
const spoken = (page) => textOf(page, '.cursor');
const names = (page) => page.locator('.figures-table .name button').allInnerTexts();

pageTest('a page of two runs opens with what changed, and each row opens the graph of its function', {sample: 'twoRuns'}, async (page) => {
  assert.deepEqual(await names(page), ['step', 'sweep', 'read', 'check', 'log']);
  const text = await textOf(page, 'main');
  for (const part of ['before.pyprof', 'within chance', '+3.50 s', '+53.8 %', '± 813 ms', '6.50 s', '10.0 s', 'new', 'vanished', 'solve.py:20', '1 more']) {
    assert.ok(text.includes(part), `${part} in ${text}`);
  }
  await page.getByRole('button', {name: 'step', exact: true}).click();
  const {view, colour} = await hashOf(page);
  assert.deepEqual([view, colour], ['flame', 'difference']);
  assert.match(await textOf(page, '.path'), /main\s*step$/);
  await page.goBack();
  await page.getByRole('button', {name: 'solve.py:20'}).click();
  assert.equal((await hashOf(page)).view, 'source');
  await goTo(page, '#v=1&view=diff&rank=0');
  assert.match(await textOf(page, '.nothing'), /not held against anything/);
});

pageTest('the list is sorted, searched and shortened, and all of it stands in the URL', {sample: 'twoRuns', hash: '#v=1&view=diff'}, async (page) => {
  await page.getByRole('button', {name: 'All changes'}).click();
  assert.equal((await names(page)).length, 6);
  await page.getByRole('button', {name: 'Before', exact: true}).click();
  assert.deepEqual((await names(page)).slice(0, 3), ['step', 'sweep', 'read']);
  assert.equal(await page.locator('th[aria-sort=descending]').innerText(), 'Before');
  await page.getByRole('button', {name: 'Lines'}).click();
  assert.ok((await names(page)).includes('step:24'));
  await page.fill('#search', 'files.py');
  assert.deepEqual((await names(page)).sort(), ['parse:33', 'read:5']);
  assert.deepEqual(await hashOf(page), {view: 'diff', by: 'line', change: 'before', allChanges: '1', q: 'files.py'});
  await page.reload();
  await page.waitForSelector('main section');
  assert.deepEqual((await names(page)).sort(), ['parse:33', 'read:5']);
});

pageTest('boxes are red where it became slower, blue where faster, and what has vanished stays', {sample: 'twoRuns', hash: difference}, async (page) => {
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
  assert.match(await spoken(page), /^step, Python, .* 6\.50 s → 10\.0 s, \+3\.50 s ± 813 ms, \+53\.8 %/);
  const seen = [];
  for (let i = 0; i < 3; i++) {
    await page.keyboard.press('ArrowRight');
    seen.push((await spoken(page)).split(',')[0]);
  }
  assert.deepEqual(seen, ['read', 'check', 'log']);
  // 2 √(651 + 1001) samples are 813 ms. 1790 samples in 1280 - 132 - 33 pixels: step has the first 1000, read the next 530.
  const [slower, faster] = [await pixel(page, 300, 72), await pixel(page, 760, 72)];
  assert.ok(slower[0] > slower[2] + 40 && faster[2] > faster[0] + 30, `${slower} and ${faster}`);
  await page.locator('canvas').hover({position: row(3)});
  assert.match(await textOf(page, '.tooltip'), /total: 6\.50 s → 10\.0 s[\s\S]*self: 900 ms → 1\.00 s, \+100 ms ± 277 ms, \+11\.1 %, within chance/);
  await page.getByRole('button', {name: 'Vanished'}).click();
  assert.equal((await hashOf(page)).withoutVanished, '1');
  await page.locator('canvas').focus();
  await page.keyboard.press('ArrowLeft');
  assert.match(await spoken(page), /^read/);
});

pageTest('callers and the sandwich have both sides too', {sample: 'twoRuns', hash: `${difference}&graph=callers`}, async (page) => {
  await page.keyboard.press('ArrowDown');
  assert.match(await spoken(page), /^sweep, .* 5\.60 s → 9\.00 s/);
  await goTo(page, `${difference}&graph=sandwich&fn=7`);
  await page.locator('canvas').last().focus();
  await page.keyboard.press('ArrowDown');
  assert.match(await page.locator('.cursor').last().textContent(), /^check, .* 1\.70 s → 0 s, −1\.70 s .* vanished/);
});

pageTest('the picture saved as SVG has the textures', {sample: 'twoRuns', hash: difference}, async (page) => {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', {name: 'SVG', exact: true}).click()]);
  const {readFileSync} = await import('node:fs');
  const text = readFileSync(await file.path(), 'utf8');
  assert.ok(text.includes('url(#stripes)') && text.includes('url(#rules)') && text.includes('check'));
});

pageTest('what the slowest rank does beyond the fastest is a click away, and the back button returns', {sample: 'heat', hash: '#v=1&view=ranks'}, async (page) => {
  await page.locator('.slow-minus-fast button').first().click();
  const {rank, against, colour} = await hashOf(page);
  assert.match(await textOf(page, '.path'), new RegExp(`^rank ${rank} − rank ${against}$`));
  assert.equal(colour, 'difference');
  assert.notEqual(rank, against);
  await page.keyboard.press('ArrowDown');
  assert.match(await spoken(page), / s → .* s, [+−]/);
  await page.keyboard.press('Shift+D');
  assert.match(await textOf(page, '.diff-page'), new RegExp(`^rank ${against} → rank ${rank}: `));
  await page.goBack();
  await page.goBack();
  assert.equal((await hashOf(page)).view, 'ranks');
  await page.getByRole('button', {name: 'rank 3 − rank 0 in jacobi_sweep'}).focus();
  await page.keyboard.press('Enter');
  const {do: focus, ...rest} = await hashOf(page);
  assert.match(focus, /^f\d+$/);
  assert.deepEqual(rest, {view: 'flame', colour: 'difference', rank: '3', against: '0'});
  await page.keyboard.press('ArrowDown');
  // 620 + 410 samples and half as much again, and 55 on both: 5.025 ms each.
  assert.match(await spoken(page), /^jacobi_sweep, .* 5\.45 s → 7\.78 s, \+2\.33 s/);
  await page.getByLabel('Minus').selectOption('mean');
  assert.equal((await hashOf(page)).against, 'mean');
  await page.getByLabel('Minus').selectOption('');
  assert.equal((await hashOf(page)).against, undefined);
});

pageTest('names of an earlier run are text', {sample: 'hostileDifference'}, async (page) => {
  for (const hash of ['#v=1&view=diff&allChanges=1', difference, `${difference}&graph=callers`]) {
    await goTo(page, hash);
    if (hash.includes('flame')) await page.locator('canvas').hover({position: row(2)});
    await checkNothingRan(page, hash);
  }
});

pageTest('no serious accessibility problem in a list and in a graph of differences', {sample: 'twoRuns'}, async (page) => {
  for (const hash of ['#v=1&view=diff&allChanges=1', difference]) await checkAccessible(page, hash);
});
