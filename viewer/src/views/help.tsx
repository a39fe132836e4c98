// The overlay behind `?`.
import type {Signal} from '@preact/signals';
import type {JSX} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import {keyGroups} from './keys.ts';

export function Help({open}: {open: Signal<boolean>}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open.value && !dialog.current?.open) dialog.current?.showModal();
    if (!open.value && dialog.current?.open) dialog.current.close();
  }, [open.value]);
  return (
    <dialog ref={dialog} aria-labelledby="help-title" onClose={() => (open.value = false)}>
      <div class="help-head">
        <h2 id="help-title">How to read and move</h2>
        <button type="button" class="toggle" onClick={() => (open.value = false)}>Close</button>
      </div>
      <p>
        Each box is a function, as wide as the time spent in it and in all it called. Below a box stand the functions it
        called, the heaviest first. Colours tell what kind of code ran. Shares come with the interval that holds the true
        share in 95 of 100 runs. The address bar holds the whole view: a bookmark returns to it, the back button undoes a step.
      </p>
      <div class="key-groups">
        {keyGroups.map((group) => (
          <section>
            <h3>{group.title}</h3>
            <dl>
              {group.keys.map((key) => (
                <div>
                  <dt>{key.keys.map((name) => <kbd>{name}</kbd>)}</dt>
                  <dd>{key.does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </dialog>
  );
}
