// Compiles and runs the unit tests that stand beside the sources, on any Node from 18 on.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

function filesBelow(folder, suffix) {
  return readdirSync(folder, {withFileTypes: true}).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path, suffix);
    return entry.name.endsWith(suffix) ? [path] : [];
  });
}

const output = mkdtempSync(join(tmpdir(), 'pyprof-viewer-'));
try {
  await build({
    entryPoints: filesBelow(join(here, 'src'), '.test.ts'),
    outdir: output,
    outExtension: {'.js': '.mjs'},
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node18',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const files = filesBelow(output, '.mjs');
  const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], {stdio: 'inherit'});
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(output, {recursive: true, force: true});
}
