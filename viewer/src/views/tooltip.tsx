// What one box stands for, in full.
import type {Signal} from '@preact/signals';
import type {JSX} from 'preact';
import {useLayoutEffect, useRef} from 'preact/hooks';
import {domainLabels} from '../draw/palette.ts';
import {f64} from '../model/columns.ts';
import {spreadOf} from '../model/spread.ts';
import {amount, moduleName, place} from '../model/text.ts';
import type {NodeId} from '../model/tree.ts';
import type {Drawing} from '../state/store.ts';
import {changeAt, changeText} from './change_text.ts';
import {useSurroundings} from './context.ts';
import {figures, type Figure, labelOf, namedAt} from './describe.ts';
import type {Hover, Spot} from './flame_controller.ts';
import {ratioText} from './colouring.ts';

const margin = 12;

export function Tooltip({drawing, hover}: {drawing: Drawing; hover: Signal<Hover | undefined>}): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const at = hover.value?.tree === drawing.tree.value ? hover.value : undefined;
  useLayoutEffect(() => {
    if (box.current && at) moveInto(box.current, at);
  });
  return (
    <div ref={box} class="tooltip" role="tooltip" hidden={at === undefined}>
      {at && <Description drawing={drawing} node={at.node} />}
    </div>
  );
}

/** Right of and below the point, or on its other side where the window ends. */
export function moveInto(box: HTMLElement, at: Spot): void {
  const {width, height} = box.getBoundingClientRect();
  const right = at.x + margin;
  const left = right + width > innerWidth ? Math.max(0, at.x - margin - width) : right;
  const below = at.y + (at.byKeyboard ? 4 : margin);
  const above = at.y - margin - height - (at.byKeyboard ? 20 : 0);
  box.style.left = `${left}px`;
  box.style.top = `${below + height > innerHeight ? Math.max(0, above) : below}px`;
}

function Description({drawing, node}: {drawing: Drawing; node: NodeId}): JSX.Element {
  const {store} = useSurroundings();
  const named = namedAt(store, drawing.tree.value, node);
  const {total, self} = figures(store, drawing.tree.value, node);
  return (
    <>
      <p class="name">{labelOf(store, drawing.tree.value, node)}</p>
      {named && (
        <p class="origin">
          <span>{place(named.fn, store.state.value.granularity === 'line' ? named.location.line : 0)}</span>
          <span>{moduleName(named.fn)}</span>
          <span>{[domainLabels[named.fn.domain], ...remarks(named)].join(' · ')}</span>
        </p>
      )}
      <table>
        <tbody>
          <FigureRow label="total" figure={total} />
          <FigureRow label="self" figure={self} />
        </tbody>
      </table>
      <p>{ratioText(store, drawing.tree.value, node)}</p>
      <Changes drawing={drawing} node={node} />
      <Ranks drawing={drawing} node={node} />
    </>
  );
}

function remarks({fn, location}: NonNullable<ReturnType<typeof namedAt>>): string[] {
  return [
    ...(fn.machinery ? ['interpreter'] : []),
    ...(location.inlined ? ['inlined'] : []),
    ...(location.guessed ? ['frame found by stack scan'] : []),
    ...(fn.named ? [] : ['no symbol']),
  ];
}

function FigureRow({label, figure}: {label: string; figure: Figure}): JSX.Element {
  return (
    <tr>
      <th scope="row">{label}</th>
      <td class="strong">{figure.share}</td>
      <td>{figure.weight}</td>
      <td>{figure.samples}</td>
      <td title="95 % confidence interval of the share">{figure.interval}</td>
    </tr>
  );
}

/** Against the base of a difference. */
function Changes({drawing, node}: {drawing: Drawing; node: NodeId}): JSX.Element | null {
  const {store} = useSurroundings();
  const contrast = store.shownContrast.value?.contrast;
  if (!contrast) return null;
  return (
    <div class="ranks">
      {(['total', 'self'] as const).map((figure) => {
        const change = changeAt(drawing.tree.value, node, contrast, figure);
        return change && <p>{figure}: {changeText(change, contrast, store.metric.value)}</p>;
      })}
    </div>
  );
}

/** Each rank's time as a bar, with the least, mean and most. */
function Ranks({drawing, node}: {drawing: Drawing; node: NodeId}): JSX.Element | null {
  const {store} = useSurroundings();
  const {profile} = store;
  if (profile.groups.length < 2) return null;
  const {weights, least, most, mean} = spreadOf(profile, drawing.tree.value, drawing.rowsByNode.value, node);
  const largest = f64(weights, most);
  if (largest === 0) return null;
  const text = (value: number): string => amount(value, store.metric.value.unit);
  const label = (group: number): string => profile.groups[group]?.label ?? '';
  return (
    <div class="ranks">
      <div class="bars" aria-hidden="true">
        {Array.from(weights.subarray(0, 128), (weight) => (
          <i style={{height: `${Math.max(4, (100 * weight) / largest)}%`}} />
        ))}
      </div>
      <p>
        min {text(f64(weights, least))} ({label(least)}) · mean {text(mean)} · max {text(largest)} ({label(most)})
      </p>
    </div>
  );
}
