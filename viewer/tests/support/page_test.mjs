// Tests that have a page of their own, which must not have done anything forbidden when they end.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {after, before, test} from 'node:test';
import {Browser, noBrowser, settled} from './browser.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser;

before(async () => {
  if (!noBrowser) browser = await Browser.open();
});
after(() => browser?.close());

export function pageTest(name, {sample, ...options}, body) {
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

/** With plain spaces between thousands. */
export const textOf = async (page, selector) => {
  await settled(page);
  const text = await page.locator(selector).first().evaluate((element) => element.innerText ?? element.textContent);
  return text.replaceAll('\u202f', ' ');
};

/** As if the address were changed by hand. */
export async function goTo(page, hash) {
  await page.evaluate((wanted) => (location.hash = wanted), hash);
  await settled(page);
}

/** That no name has become an element or run, and that no character reorders text. */
export async function checkNothingRan(page, hash) {
  assert.equal(await page.evaluate(() => window.pwned), undefined, hash);
  const elements = 'img, svg, script:not(:last-of-type), [onclick], [onload], [onerror]';
  assert.equal(await page.evaluate((all) => document.querySelectorAll(all).length, elements), 0, hash);
  const text = await page.evaluate(() => document.body.innerText + document.title);
  assert.ok(!/[\u202a-\u202e\u2066-\u2069]/.test(text) && text.includes('\\u202e'), hash);
}

/** In light and dark. */
export async function checkAccessible(page, hash) {
  await page.evaluate(axeSource);
  await goTo(page, hash);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({colorScheme});
    await settled(page);
    const {violations} = await page.evaluate(() => window.axe.run(document, {resultTypes: ['violations']}));
    const serious = violations.filter(({impact}) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(serious.map(({id, nodes}) => `${hash} ${colorScheme} ${id}: ${nodes.map(({html}) => html).join(' ')}`), []);
  }
}
