// The pictures of docs/viewer.md, docs/diff.md and docs/compare.md: that they can be made, and that those in docs/screenshots show what the pages show now.
// Fonts differ between machines, so pictures are compared by where they are coloured. `npm run screenshots` makes them anew.
import assert from 'node:assert/strict';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {Browser, noBrowser, settled} from './support/browser.mjs';

const pictures = {
  'summary': 'view=summary',
  'flame-graph': 'view=flame',
  'callers': 'view=flame&graph=callers',
  'sandwich': 'view=flame&graph=sandwich&fn=1',
  'tree-of-calls': 'view=flame&graph=table&asTree=1',
  'source': 'view=source&fn=2&line=48',
  'ranks': 'view=ranks',
  'timeline': 'view=timeline',
  'range': 'view=flame&time=2000000-6000000',
  'kernels': 'view=kernels&fn=6',
  'mpi': 'view=mpi',
  'slow-minus-fast': 'view=flame&colour=difference&rank=3&against=0',
  'diff': ['twoRuns', 'view=diff'],
  'compare': ['traced', 'view=compare&row=0'],
  'differential-flame-graph': ['twoRuns', 'view=flame&colour=difference'],
};

const makeAnew = process.env.PYPROF_SCREENSHOTS === '1';
const pathOf = (name) => fileURLToPath(new URL(`../../docs/screenshots/${name}.png`, import.meta.url));
let browser;

before(async () => {
  if (!noBrowser) browser = await Browser.open();
});
after(() => browser?.close());

for (const [name, shown] of Object.entries(pictures)) {
  const [sample, state] = Array.isArray(shown) ? shown : ['heat', shown];
  test(`the picture ${name} shows the page`, {skip: noBrowser}, async () => {
    const page = await browser.show(browser.sample(sample), {
      hash: `#v=1&${state}`, colorScheme: 'light', viewport: {width: 1100, height: 640},
    });
    await settled(page);
    const picture = await page.screenshot();
    await page.context().close();
    if (makeAnew) {
      mkdirSync(dirname(pathOf(name)), {recursive: true});
      writeFileSync(pathOf(name), picture);
    }
    assert.ok(existsSync(pathOf(name)), `no docs/screenshots/${name}.png: npm run screenshots`);
    const [now, kept] = [await colours(picture), await colours(readFileSync(pathOf(name)))];
    assert.deepEqual(now.size, kept.size);
    assert.ok(now.parts.some((part) => part > 0.002), 'the picture has colours');
    const apart = now.parts.map((part, i) => Math.abs(part - kept.parts[i]));
    assert.ok(Math.max(...apart) < 0.12, `docs/screenshots/${name}.png is another picture (npm run screenshots): ${apart.map((part) => part.toFixed(2))}`);
  });
}

/** Of each of 4 × 4 parts of a picture the share that is neither grey nor nearly so. */
async function colours(png) {
  const page = await browser.chromium.newPage();
  const found = await page.evaluate(async (base64) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const [width, height] = [Math.floor(image.width / 4), Math.floor(image.height / 4)];
    const parts = Array.from({length: 16}, (_, i) => {
      const {data} = context.getImageData((i % 4) * width, Math.floor(i / 4) * height, width, height);
      let coloured = 0;
      for (let at = 0; at < data.length; at += 4) {
        const pixel = [data[at], data[at + 1], data[at + 2]];
        coloured += Number(Math.max(...pixel) - Math.min(...pixel) > 40);
      }
      return coloured / (width * height);
    });
    return {size: [image.width, image.height], parts};
  }, png.toString('base64'));
  await page.close();
  return found;
}
