// The kernels page: compiled functions that did the work, what was counted in them, and the lines that called for it.
import {useComputed} from '@preact/signals';
import type {JSX} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import {splitOf, sumOf} from '../model/activity.ts';
import {comparedGroups, imbalanceOf} from '../model/imbalance.ts';
import {type Kernel, kernelsOf, ratioValue} from '../model/kernels.ts';
import {amount, count, moduleName, percent, place, visible} from '../model/text.ts';
import {openSource} from './actions.ts';
import {useSurroundings} from './context.ts';
import {metricLabel, ratio, sampleWord, shortPlace} from './describe.ts';

const mostCallers = 20;

export function KernelsView(): JSX.Element {
  const {store} = useSurroundings();
  const {profile} = store;
  const kernels = useComputed(() => kernelsOf(store.profile, store.plain.value));
  const whole = useComputed(() => sumOf(splitOf(store.profile, store.plain.value)));
  const counted = profile.metrics.map((metric, id) => ({metric, id})).filter(({id}) => id !== store.plain.value.metric);
  return (
    <section class="page kernels-page" aria-label="Kernels">
      {profile.metrics.length < store.whole.metrics.length && (
        <p class="remark">Counters are known of the whole run only.</p>
      )}
      {store.whole.metrics.length < 2 && (
        <p class="remark">
          Nothing was counted in this run; record with <code>--counters</code> for instructions, cycles or page faults
          of each kernel.
        </p>
      )}
      {kernels.value.length === 0 ? (
        <p class="nothing">No compiled function did work below a Python line.</p>
      ) : (
        <table class="figures-table">
          <thead>
            <tr>
              <th scope="col">Kernel</th>
              <th scope="col" class="number">
                Self
              </th>
              <th scope="col" class="number">
                {metricLabel(store.metric.value)}
              </th>
              <th scope="col" class="number">
                {sampleWord(store, 'Samples')}
              </th>
              {counted.map(({metric}) => (
                <th scope="col" class="number">
                  {metricLabel(metric)}
                </th>
              ))}
              {profile.ratios.map((one) => (
                <th scope="col" class="number" title={visible(one.unit)}>
                  {visible(one.name)}
                </th>
              ))}
              {profile.groups.length > 1 && (
                <th scope="col" class="number" title="Largest rank ÷ mean">
                  Max ÷ mean
                </th>
              )}
              <th scope="col">Hottest line</th>
              <th scope="col">Library</th>
            </tr>
          </thead>
          <tbody>
            {kernels.value.map((kernel) => (
              <KernelRow
                key={kernel.function}
                kernel={kernel}
                whole={whole.value}
                counted={counted.map(({id}) => id)}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

interface RowProps {
  readonly kernel: Kernel;
  readonly whole: number;
  /** Metrics with a column. */
  readonly counted: readonly number[];
}

function KernelRow({kernel, whole, counted}: RowProps): JSX.Element | null {
  const {store} = useSurroundings();
  const {profile} = store;
  const open = store.state.value.fn === kernel.function;
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (open) row.current?.scrollIntoView({block: 'nearest', inline: 'start'});
  }, [open]);
  const fn = profile.functions[kernel.function];
  if (!fn) return null;
  const own = kernel.figures[store.plain.value.metric] ?? 0;
  const {max, mean} = imbalanceOf(Float64Array.from(comparedGroups(profile), (group) => kernel.byGroup[group] ?? 0));
  return (
    <>
      <tr ref={row}>
        <td class="name">
          <button type="button" aria-expanded={open} onClick={() => store.go({fn: open ? undefined : kernel.function})}>
            {open ? '▾ ' : '▸ '}
            {visible(fn.name)}
          </button>
        </td>
        <td class="number">{percent(ratio(own, whole))}</td>
        <td class="number">{amount(own, store.metric.value.unit)}</td>
        <td class="number">{count(kernel.samples)}</td>
        {counted.map((id) => (
          <td class="number">{amount(kernel.figures[id] ?? 0, profile.metrics[id]?.unit ?? '')}</td>
        ))}
        {profile.ratios.map((one) => (
          <td class="number">{ratioValue(one, kernel.figures)?.toPrecision(3) ?? ''}</td>
        ))}
        {profile.groups.length > 1 && <td class="number">{mean > 0 ? (max / mean).toFixed(2) : ''}</td>}
        <td class="source" title={place(fn, kernel.line)}>
          {kernel.line > 0 && fn.file !== '' ? (
            <button type="button" class="link" onClick={() => openSource(store, kernel.function, kernel.line)}>
              {shortPlace(profile, kernel.function, kernel.line)}
            </button>
          ) : (
            shortPlace(profile, kernel.function, 0)
          )}
        </td>
        <td class="source">{moduleName(fn)}</td>
      </tr>
      {open && <Callers kernel={kernel} own={own} />}
    </>
  );
}

function Callers({kernel, own}: {kernel: Kernel; own: number}): JSX.Element {
  const {store} = useSurroundings();
  const {profile, state} = store;
  const columns = 6 + profile.metrics.length - 1 + profile.ratios.length + Number(profile.groups.length > 1);
  return (
    <tr class="line-details">
      <td colSpan={columns}>
        <ul>
          {kernel.callers.slice(0, mostCallers).map((caller) => (
            <li>
              {percent(ratio(caller.weight, own))} for{' '}
              <button type="button" class="link" onClick={() => openSource(store, caller.function, caller.line)}>
                {shortPlace(profile, caller.function, caller.line)}
              </button>{' '}
              in {visible(profile.functions[caller.function]?.name ?? '')}
            </li>
          ))}
        </ul>
        <button
          type="button"
          class="link"
          onClick={() => store.go({page: 'flame', graph: 'sandwich', fn: state.value.fn})}
        >
          Callers and callees
        </button>
      </td>
    </tr>
  );
}
