// Lines that line_profiler watched, beside the inclusive time of the samples.
import type {JSX} from 'preact';
import {type ComparedLine, type Comparison, halfOf} from '../model/comparison.ts';
import type {Excerpt} from '../model/profile.ts';
import {baseName, count, duration, visible} from '../model/text.ts';
import {openSource} from './actions.ts';
import {useSurroundings} from './context.ts';

export function ComparedLines({comparison}: {comparison: Comparison}): JSX.Element {
  const {store} = useSurroundings();
  const pattern = store.pattern.value;
  const text = (row: ComparedLine): string => `${row.function} ${baseName(row.file)}`;
  const rows = comparison.lines.filter((row) => pattern.kind !== 'regexp' || pattern.regexp.test(text(row)));
  return (
    <table class="figures-table">
      <caption class="unseen">Lines, by file</caption>
      <thead>
        <tr>
          {['Hits', 'Traced', 'Sampled', 'Times'].map((title) => (
            <th scope="col" class="number">{title}</th>
          ))}
          <th scope="col">Line</th>
          <th scope="col">Source</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row row={row} />
        ))}
      </tbody>
    </table>
  );
}

function Row({row}: {row: ComparedLine}): JSX.Element {
  const {store} = useSurroundings();
  const {id} = row;
  const place = visible(`${baseName(row.file)}:${row.line}`);
  return (
    <tr>
      <td class="number">{typeof row.hits === 'number' ? count(row.hits) : ''}</td>
      <td class="number">{typeof row.time_s === 'number' ? duration(1e9 * row.time_s) : ''}</td>
      <td class="number">
        {row.samples > 0 && duration(1e9 * row.sampled_s)}{' '}
        {row.samples > 0 && <span class="beside">± {duration(1e9 * halfOf(row.sampled_ci_s))}</span>}
      </td>
      <td class="number">{row.inflation?.toFixed(2) ?? ''}</td>
      <td class="source">
        {typeof id === 'number' ? (
          <button type="button" class="link" onClick={() => openSource(store, id, row.line)}>{place}</button>
        ) : (
          place
        )}
      </td>
      <td class="code">
        <code>{visible(lineText(store.profile.sources(), row) ?? row.function)}</code>
      </td>
    </tr>
  );
}

function lineText(excerpts: readonly Excerpt[], {file, line}: ComparedLine): string | undefined {
  const found = excerpts.find((one) => one.file === file && line >= one.first_line && line < one.first_line + one.lines.length);
  return found?.lines[line - found.first_line]?.trim();
}
