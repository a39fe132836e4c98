// A browser, pages to open in it, and what no page may do: ask for anything outside itself, run what a name says, or fail.
import {execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {gzipSync} from 'node:zlib';
import {build} from 'esbuild';
import {chromium} from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const wanted = process.env.PYPROF_CHROMIUM ?? 'chromium';
const folders = wanted.includes('/') ? [''] : (process.env.PATH ?? '').split(delimiter);
const executable = folders.map((folder) => join(folder, wanted)).find((path) => existsSync(path));

/** Why there is no browser, or false. */
export const noBrowser = executable === undefined ? `no browser ${wanted}; install chromium or set PYPROF_CHROMIUM` : false;

const quiet = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

const makePage = process.env.PYPROF_BUILD && join(process.env.PYPROF_BUILD, 'tests/make_page');

/** Why src/formats/html.cpp cannot write a page here, or false. */
export const noWriter = makePage && existsSync(makePage) ? false : 'no tests/make_page in the folder PYPROF_BUILD';

export class Browser {
  static async open() {
    const browser = new Browser();
    browser.folder = mkdtempSync(join(tmpdir(), 'pyprof-pages-'));
    browser.samples = await loadSamples(browser.folder);
    browser.chromium = await chromium.launch({executablePath: executable, args: quiet});
    return browser;
  }

  async close() {
    await this.chromium.close();
    rmSync(this.folder, {recursive: true, force: true});
  }

  /** Writes a page with one of tests/support/samples.ts. */
  sample(name) {
    const [before, after] = readFileSync(join(here, '../../dist/viewer.html'), 'utf8').split('@PYPROF_DATA@');
    const path = join(this.folder, `${name}.html`);
    writeFileSync(path, before + this.samples.encodeBase64(this.samples[name]) + after);
    return path;
  }

  /** A random profile of so many contexts and moments. */
  large(contexts, moments) {
    const [before, after] = readFileSync(join(here, '../../dist/viewer.html'), 'utf8').split('@PYPROF_DATA@');
    const path = join(this.folder, `large-${contexts}-${moments}.html`);
    writeFileSync(path, before + gzipSync(new Uint8Array(this.samples.largeBlock(contexts, moments)), {level: 1}).toString('base64') + after);
    return path;
  }

  /** Lets src/formats/html.cpp write a page: `sample`, or a random profile of so many contexts, and of so many ranks. */
  written(what, ...ranks) {
    const path = join(this.folder, `${[what, ...ranks].join('-')}.html`);
    execFileSync(makePage, [what, path, ...ranks], {stdio: 'inherit'});
    return path;
  }

  /** Opens a file and waits until it shows a profile. `page.offences` lists what it must not have done. */
  async show(path, {hash = '', ...options} = {}) {
    const context = await this.chromium.newContext({viewport: {width: 1280, height: 720}, reducedMotion: 'reduce', ...options});
    const page = await context.newPage();
    const url = pathToFileURL(path).href;
    page.offences = [];
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== url) page.offences.push(`asked for ${request.url()}`);
    });
    page.on('pageerror', (error) => page.offences.push(error.message));
    page.on('console', (message) => message.type() === 'error' && page.offences.push(message.text()));
    page.on('dialog', (dialog) => page.offences.push(`dialog ${dialog.message()}`));
    await page.goto(url + hash);
    await page.waitForSelector('main > section');
    return page;
  }
}

async function loadSamples(folder) {
  const outfile = join(folder, 'samples.mjs');
  const contents = "export * from './samples.ts'; export {encodeBase64} from './encode.ts'; export {largeBlock} from './large.ts';";
  await build({stdin: {contents, resolveDir: here}, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error'});
  return import(pathToFileURL(outfile).href);
}

/** Waits until what was done is drawn: the page renders after the event, the canvas in the frame after that. */
export async function settled(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
}

/** The hash as a map, without the version. */
export async function hashOf(page) {
  await settled(page);
  const hash = await page.evaluate(() => location.hash);
  const pairs = new URLSearchParams(hash.slice(1));
  pairs.delete('v');
  return Object.fromEntries(pairs);
}

/** Colour of the pixel of the canvas at a place, [red, green, blue]. */
export async function pixel(page, x, y) {
  await settled(page);
  return page.evaluate(([px, py]) => {
    const canvas = document.querySelector('canvas');
    return [...canvas.getContext('2d').getImageData(px, py, 1, 1).data].slice(0, 3);
  }, [x, y]);
}

/**
 * Sorted milliseconds of work for each of 40 key strokes, given by turns to what has the focus: in the handlers, in what
 * they put off to the end of the task, and in the animation frame.
 */
export function frameTimes(page, keys) {
  return page.evaluate(async (strokes) => {
    const times = [];
    const original = window.requestAnimationFrame;
    let inFrames = 0;
    window.requestAnimationFrame = (draw) => original((now) => {
      const began = performance.now();
      draw(now);
      inFrames += performance.now() - began;
    });
    for (let i = 0; i < 40; i++) {
      inFrames = 0;
      const began = performance.now();
      const target = document.activeElement ?? document;
      target.dispatchEvent(new KeyboardEvent('keydown', {key: strokes[i % strokes.length], bubbles: true, cancelable: true}));
      await null;
      const handled = performance.now() - began;
      await new Promise((done) => original(() => setTimeout(done)));
      times.push(handled + inFrames);
    }
    window.requestAnimationFrame = original;
    return times.sort((a, b) => a - b);
  }, keys);
}
