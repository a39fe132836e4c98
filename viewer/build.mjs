// Builds the viewer: one HTML file with its script and style inside and a mark where a profile is put.
// Usage: node build.mjs OUTPUT. Equal sources give equal bytes.
import {createHash} from 'node:crypto';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const limit = 300 * 1024;

async function bundle(entry) {
  const result = await build({
    entryPoints: [join(here, entry)],
    absWorkingDir: here,
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: ['chrome111', 'firefox114', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    charset: 'utf8',
    legalComments: 'none',
  });
  return result.outputFiles[0].text.trim();
}

const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

function policy(script, style) {
  return [
    "default-src 'none'", `script-src ${hashOf(script)}`, `style-src ${hashOf(style)}`, "connect-src 'none'",
    "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'",
  ].join('; ');
}

/** The licences of what is inside, which they ask to be kept with every copy. */
function licences(packages) {
  const texts = packages.map((name) => {
    const text = readFileSync(join(here, 'node_modules', name, 'LICENSE'), 'utf8').trim();
    if (text.includes('--') || text.includes('>')) throw new Error(`the licence of ${name} cannot stand in a comment`);
    return `${name}\n\n${text}`;
  });
  return texts.join('\n\n');
}

const [script, style] = await Promise.all([bundle('src/main.tsx'), bundle('src/style.css')]);
const inside = ['preact', '@preact/signals', '@preact/signals-core', 'highlight.js'];
const parts = {CSP: policy(script, style), STYLE: style, SCRIPT: script, LICENCES: licences(inside)};
const page = readFileSync(join(here, 'src/page.html'), 'utf8')
  .replace(/@(CSP|STYLE|SCRIPT|LICENCES)@/g, (_, name) => parts[name]);
if (page.split('@PYPROF_DATA@').length !== 2) throw new Error('the mark for the data must stand in the page exactly once');
if (Buffer.byteLength(page) > limit) throw new Error(`the page has ${Buffer.byteLength(page)} bytes, more than ${limit}`);

const output = process.argv[2] ?? join(here, 'dist/viewer.html');
mkdirSync(dirname(output), {recursive: true});
writeFileSync(output, page);
console.log(`${output}: ${Buffer.byteLength(page)} bytes`);
