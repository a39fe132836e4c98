// Runs the tests in a browser; exit 77 (skipped) where there is none.
import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {noBrowser} from './support/browser.mjs';

if (noBrowser) {
  console.log(`skipped: ${noBrowser}`);
  process.exit(77);
}
const tests = ['page.test.mjs', 'diff.test.mjs', 'compare.test.mjs', 'screenshots.test.mjs'].map((name) => fileURLToPath(new URL(name, import.meta.url)));
process.exit(spawnSync(process.execPath, ['--test', ...tests], {stdio: 'inherit'}).status ?? 1);
