// What a tracing profiler counted beside the samples, in a real browser.
import assert from 'node:assert/strict';
import {hashOf} from './support/browser.mjs';
import {checkAccessible, checkNothingRan, goTo, pageTest, textOf} from './support/page_test.mjs';

const names = async (page) => (await page.locator('.figures-table .name button').allInnerTexts()).map((text) => text.slice(2));

pageTest('the page opens with the comparison, and a function tells what lies below it', {sample: 'traced'}, async (page) => {
  assert.deepEqual(await names(page), ['tick', 'solve', 'watch', 'setup']);
  const cells = await textOf(page, '.figures-table tbody tr');
  for (const part of ['8 000 000', '2.60 s', '800 ms', '3.40 s', '1.00 s', '± 180 ms', '3.40', '200 ns', '1 → 2', 'overcharged']) {
    assert.ok(cells.includes(part), `${part} in ${cells}`);
  }
  assert.match(await textOf(page, '.findings'), /under cProfile 4\.90 s/);
  assert.match(await textOf(page, '.scatter figcaption'), /^Dashed: 208 ns for each call/);
  await page.getByRole('button', {name: 'tick'}).focus();
  await page.keyboard.press('Enter');
  const details = await textOf(page, '.line-details');
  for (const part of ['builtins.len', '4 000 000 calls', 'list_length', 'Without 208 ns for each call: 904 ms', 'cProfile: 1.50 s (rank 0), mean 1.70 s, 1.90 s (rank 1)', 'samples: 400 ms (rank 0), mean 500 ms, 600 ms (rank 1)']) {
    assert.ok(details.includes(part), `${part} in ${details}`);
  }
  assert.deepEqual(await hashOf(page), {view: 'compare', row: '0'});
  await page.getByRole('button', {name: 'Flame graph', exact: true}).last().click();
  assert.deepEqual(await hashOf(page), {view: 'flame', do: 'f1', fn: '1', row: '0'});
  await page.goBack();
  await page.getByRole('button', {name: /app\.py:10/}).click();
  assert.equal((await hashOf(page)).view, 'source');
});

pageTest('the list is sorted and searched, and the URL has it', {sample: 'traced', hash: '#v=1&view=compare'}, async (page) => {
  await page.getByRole('button', {name: 'Sampled self'}).click();
  assert.deepEqual(await names(page), ['solve', 'tick', 'watch', 'setup']);
  assert.equal(await page.locator('th[aria-sort=descending]').innerText(), 'Sampled self');
  await page.fill('#search', '^s');
  assert.deepEqual(await names(page), ['solve', 'setup']);
  assert.deepEqual(await hashOf(page), {view: 'compare', compare: 'sampled', q: '^s'});
  await page.reload();
  await page.waitForSelector('main section');
  assert.deepEqual(await names(page), ['solve', 'setup']);
});

pageTest('a point of the scatter is a function', {sample: 'traced', hash: '#v=1&view=compare'}, async (page) => {
  const canvas = page.locator('.scatter-chart');
  const {width, height} = await canvas.boundingBox();
  // 12 × 10⁶ calls of 10¹ … 10⁸, 3.4 times of 1 … 10.
  const x = 56 + (width - 76) * ((Math.log10(12e6) - 1) / 7), y = 20 + (height - 60) * (1 - Math.log10(3.4));
  await canvas.hover({position: {x, y}});
  assert.match(await textOf(page, '.scatter figcaption'), /tick: 8 000 000 calls, 3\.40 times the samples/);
  await canvas.click({position: {x, y}});
  assert.equal((await hashOf(page)).row, '0');
  await page.goBack();
  assert.equal((await hashOf(page)).row, undefined);
});

pageTest('lines of line_profiler have their text, and open their source', {sample: 'tracedLines'}, async (page) => {
  assert.match(await textOf(page, '.figures-table tbody tr'), /8 000 000\s+3\.00 s\s+1\.00 s ± 200 ms\s+3\.00\s+app\.py:11\s+total \+= len\(items\)/);
  await page.getByRole('button', {name: 'app.py:11'}).click();
  assert.deepEqual(await hashOf(page), {view: 'source', fn: '1', line: '11'});
});

pageTest('names in a comparison are text', {sample: 'hostileComparison'}, async (page) => {
  for (const hash of ['#v=1&view=compare', '#v=1&view=compare&row=0', '#v=1&view=compare&row=99']) {
    await goTo(page, hash);
    await checkNothingRan(page, hash);
  }
});

pageTest('a damaged comparison is named, and the other pages are shown', {sample: 'cutComparison'}, async (page) => {
  assert.match(await textOf(page, 'main'), /cannot show this page: the data block is damaged: a comparison of no function/);
  await page.keyboard.press('Shift+F');
  assert.equal(await page.locator('canvas').count(), 1);
});

pageTest('no serious accessibility problem in a comparison', {sample: 'traced'}, (page) => checkAccessible(page, '#v=1&view=compare&row=0'));
