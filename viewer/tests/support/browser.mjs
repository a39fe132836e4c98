// A browser, pages to open in it, and what no page may do: ask for anything outside itself, run what a name says, or fail.
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
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

/** A page that src/formats/html.cpp wrote for this run, if it did. */
export function writtenPage(name) {
  const path = join(process.env.PYPROF_PAGES ?? '', `${name}.html`);
  return process.env.PYPROF_PAGES && existsSync(path) ? path : undefined;
}

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

  /** Opens a file and waits until it shows a profile. `page.offences` lists what it must not have done. */
  async show(path, {hash = '', ...options} = {}) {
    const context = await this.chromium.newContext({viewport: {width: 1280, height: 720}, ...options});
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
  const contents = "export * from './samples.ts'; export {encodeBase64} from './encode.ts';";
  await build({stdin: {contents, resolveDir: here}, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error'});
  return import(pathToFileURL(outfile).href);
}

/** The hash as a map, without the version. */
export async function hashOf(page) {
  const hash = await page.evaluate(() => location.hash);
  const pairs = new URLSearchParams(hash.slice(1));
  pairs.delete('v');
  return Object.fromEntries(pairs);
}

/** Colour of the pixel of the canvas at a place, [red, green, blue]. */
export async function pixel(page, x, y) {
  return page.evaluate(([px, py]) => {
    const canvas = document.querySelector('canvas');
    return [...canvas.getContext('2d').getImageData(px, py, 1, 1).data].slice(0, 3);
  }, [x, y]);
}
