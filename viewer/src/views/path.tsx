// Where the flame graph is zoomed to: the callers of the zoomed node as steps back, and the legend beside them.
import type {JSX} from 'preact';
import {domainLabels} from '../draw/palette.ts';
import {type NodeId, pathTo} from '../model/tree.ts';
import {visible} from '../model/text.ts';
import {choiceOf, ratiosOf} from './colouring.ts';
import {useSurroundings} from './context.ts';
import {DifferenceLegend} from './difference_legend.tsx';
import {domainsPresent, labelOf} from './describe.ts';

/** Long paths keep both ends. */
const shownEnds = 3;

export function Path(): JSX.Element {
  const {store} = useSurroundings();
  const path = pathTo(store.drawing.tree.value, store.drawing.zoom.value);
  const cut = path.length > 2 * shownEnds + 1;
  const shown = cut ? [...path.slice(0, shownEnds), undefined, ...path.slice(-shownEnds)] : path;
  return (
    <div class="strip">
      <nav class="path" aria-label="Zoom">
        {shown.map((node, i) => (
          <Step node={node} last={i === shown.length - 1} hidden={path.length - 2 * shownEnds} />
        ))}
      </nav>
      <Legend />
    </div>
  );
}

function Step({node, last, hidden}: {node: NodeId | undefined; last: boolean; hidden: number}): JSX.Element {
  const {store} = useSurroundings();
  if (node === undefined) return <span class="step more">{hidden} more</span>;
  if (last) return <span class="step here" aria-current="true">{labelOf(store, store.drawing.tree.value, node)}</span>;
  return (
    <button type="button" class="step" onClick={() => store.drawing.zoomTo(node)}>
      {labelOf(store, store.drawing.tree.value, node)}
    </button>
  );
}

function Legend(): JSX.Element {
  const {store, palette} = useSurroundings();
  const {machinery} = store.state.value;
  const {colouring, ratio} = choiceOf(store);
  if (colouring === 'difference') return <DifferenceLegend />;
  if (colouring === 'module') return <p class="legend">a colour for each library or file</p>;
  if (colouring === 'ratio') {
    const {least, most} = ratiosOf(store, store.drawing.tree.value) ?? {least: 0, most: 0};
    const name = visible(store.profile.ratios[ratio]?.name ?? '');
    return <Scale ends={[`${name} ${least.toPrecision(3)}`, most.toPrecision(3)]} />;
  }
  if (colouring !== 'domain') return <Scale ends={colouring === 'heat' ? ['no own time', 'all of it'] : ['all ranks alike', 'one takes twice the mean']} />;
  const {shades, stripe} = palette.value;
  const stripes = `repeating-linear-gradient(135deg, transparent 0 3px, ${stripe} 3px 5px)`;
  return (
    <ul class="legend" aria-label="Colours">
      {domainsPresent(store.profile.functions).map((domain) => (
        <li>
          <i style={{backgroundColor: shades[domain][2], backgroundImage: domain === 'mpi' ? stripes : 'none'}} />
          {domainLabels[domain]}
        </li>
      ))}
      {machinery && (
        <li>
          <i style={{backgroundColor: shades.machinery[2]}} />
          Interpreter
        </li>
      )}
    </ul>
  );
}

function Scale({ends}: {ends: readonly [string, string]}): JSX.Element {
  const {palette} = useSurroundings();
  return (
    <p class="legend">
      {ends[0]} <i class="scale" style={{backgroundImage: `linear-gradient(90deg, ${palette.value.heat.join(', ')})`}} /> {ends[1]}
    </p>
  );
}
