// Reads the profile that stands in this page and shows it.
import {render} from 'preact';
import {DecodeError, decodeBase64} from './model/decode.ts';
import {visible} from './model/text.ts';
import {createStore} from './state/store.ts';
import {App} from './views/app.tsx';

const mount = document.getElementById('app') as HTMLElement;
const data = document.getElementById('pyprof-data') as HTMLElement;

async function main(): Promise<void> {
  const text = data.textContent ?? '';
  data.remove();
  if (text.startsWith('@')) throw new DecodeError('this page holds no profile; make one with pyprof report --html');
  const profile = await decodeBase64(text);
  document.title = `${visible(profile.run.script || profile.run.command.join(' '))} – pyprof`;
  mount.textContent = '';
  render(<App store={createStore(profile)} />, mount);
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  mount.textContent = `pyprof cannot show this profile: ${visible(message)}`;
  mount.className = 'failure';
  if (!(error instanceof DecodeError)) throw error;
});
