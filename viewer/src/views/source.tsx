// The source page: the files of the program, and what each of their lines cost.
import {useComputed} from '@preact/signals';
import type {JSX} from 'preact';
import {useEffect, useMemo, useRef} from 'preact/hooks';
import {heatOf} from '../draw/palette.ts';
import {splitOf, sumOf} from '../model/activity.ts';
import {highlighted, languageOf, type Piece} from '../model/highlight.ts';
import type {Excerpt} from '../model/profile.ts';
import {type SourceFile, type SourceLine, lineTree, sourceFiles, sourceLines} from '../model/source_lines.ts';
import {amount, baseName, percent, plural, visible} from '../model/text.ts';
import {useSurroundings} from './context.ts';
import {metricLabel, ratio, sampleWord} from './describe.ts';
import {LineDetails} from './line_details.tsx';
import {SplitBar} from './split_bar.tsx';

export function SourceView(): JSX.Element {
  const {store} = useSurroundings();
  const everyone = useComputed(() => lineTree(store.profile, store.plain.value));
  const files = useComputed(() => sourceFiles(store.profile, store.plain.value));
  const file = useComputed(() => {
    const wanted = store.state.value.fn;
    const name = wanted === undefined ? undefined : store.profile.functions[wanted]?.file;
    return files.value.find((one) => one.file === name) ?? files.value[0];
  });
  const lines = useComputed(() =>
    file.value ? sourceLines(store.profile, store.plain.value, everyone.value, file.value.file) : [],
  );
  const whole = useComputed(() => sumOf(splitOf(store.profile, store.plain.value)));
  return (
    <section class="source-page" aria-label="Source">
      <FileList files={files.value} chosen={file.value} whole={whole.value} />
      {file.value ? (
        <Listing file={file.value.file} lines={lines.value} whole={whole.value} />
      ) : (
        <p class="nothing">No function of this profile has a known line.</p>
      )}
    </section>
  );
}

interface FilesProps {
  readonly files: readonly SourceFile[];
  readonly chosen: SourceFile | undefined;
  readonly whole: number;
}

function FileList({files, chosen, whole}: FilesProps): JSX.Element {
  const {store, palette} = useSurroundings();
  return (
    <ul class="function-list files" aria-label="Files by own time">
      {files.map((file) => (
        <li>
          <button
            type="button"
            aria-pressed={file === chosen}
            title={visible(file.file)}
            onClick={() => store.go({fn: file.function, line: 0})}
          >
            <i class="heat-cell" style={{backgroundColor: heatOf(palette.value, Math.sqrt(ratio(file.own, whole)))}} />
            <span>{percent(ratio(file.own, whole))}</span> {visible(baseName(file.file))}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What stands in one row of the listing. */
interface TextRow {
  readonly number: number;
  /** Undefined: the page has not the text. */
  readonly pieces: readonly Piece[] | undefined;
  readonly line: SourceLine | undefined;
  /** Lines before it are left out. */
  readonly afterGap: boolean;
}

interface ListingProps {
  readonly file: string;
  readonly lines: readonly SourceLine[];
  readonly whole: number;
}

function Listing({file, lines, whole}: ListingProps): JSX.Element {
  const {store} = useSurroundings();
  const texts = useMemo(() => textOf(store.whole.sources(), file), [store, file]);
  const listing = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const selected = store.state.value.line;
  useEffect(() => {
    const wanted =
      body.current?.querySelector<HTMLElement>('[aria-selected=true]') ??
      body.current?.querySelector<HTMLElement>('.hottest');
    const frame = listing.current;
    if (frame && wanted) frame.scrollTop = wanted.offsetTop - frame.clientHeight / 3;
  }, [file, selected]);
  const rows = rowsOf(texts, lines);
  const hottest = lines.reduce((most, line) => (line.own > most.own ? line : most), {line: 0, own: 0}).line;
  return (
    <div class="listing" ref={listing}>
      <h2>{visible(file)}</h2>
      {isNewer(store.whole.sources(), file) && (
        <p class="remark warning">The text was saved after the run began: it may not be what ran.</p>
      )}
      {texts.size === 0 && (
        <p class="remark">
          The text is not in this page: the file could not be read when it was written, or <code>--no-source</code> left
          it out.
        </p>
      )}
      <table class="source-table">
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col" class="number" title="In the line and, for Python, the native code that it calls">
              Own
            </th>
            <th scope="col" class="number">
              Total
            </th>
            <th scope="col" class="kind-bar">
              {metricLabel(store.metric.value)} by kind
            </th>
            {store.profile.groups.length > 1 && (
              <th scope="col" class="number spread" title="Largest rank ÷ mean">
                Max ÷ mean
              </th>
            )}
            <th scope="col">Text</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row) => (
            <LineRow
              key={row.number}
              row={row}
              whole={whole}
              isHottest={row.number === hottest}
              selected={row.number === selected && row.line !== undefined}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const isNewer = (excerpts: readonly Excerpt[], file: string): boolean =>
  excerpts.some((excerpt) => excerpt.newer === true && excerpt.file === file);

function textOf(excerpts: readonly Excerpt[], file: string): Map<number, Piece[]> {
  const found = new Map<number, Piece[]>();
  for (const excerpt of excerpts) {
    if (excerpt.file !== file) continue;
    highlighted(excerpt.lines, languageOf(file)).forEach((pieces, i) => found.set(excerpt.first_line + i, pieces));
  }
  return found;
}

function rowsOf(texts: ReadonlyMap<number, Piece[]>, lines: readonly SourceLine[]): TextRow[] {
  const byNumber = new Map(lines.map((line) => [line.line, line]));
  const numbers = [...new Set([...texts.keys(), ...byNumber.keys()])].sort((a, b) => a - b);
  return numbers.map((number, i) => ({
    number,
    pieces: texts.get(number),
    line: byNumber.get(number),
    afterGap: number > (numbers[i - 1] ?? 0) + 1,
  }));
}

interface LineProps {
  readonly row: TextRow;
  readonly whole: number;
  readonly isHottest: boolean;
  readonly selected: boolean;
}

function LineRow({row, whole, isHottest, selected}: LineProps): JSX.Element {
  const {store} = useSurroundings();
  const {line, number} = row;
  const choose = (): void => store.go({line: selected ? 0 : number});
  return (
    <>
      <tr
        class={[row.afterGap && 'gap', line && 'hot', isHottest && 'hottest'].filter(Boolean).join(' ')}
        aria-selected={line && selected}
        tabIndex={line ? 0 : undefined}
        onClick={line && choose}
        onKeyDown={line && ((event) => lineKey(event, choose))}
      >
        <td class="number line">{number}</td>
        {line ? <Figures line={line} whole={whole} /> : <NoFigures />}
        <td class="code">
          <code>
            {row.pieces?.map(({text, scope}) =>
              scope === '' ? visible(text) : <span class={`hl-${scope}`}>{visible(text)}</span>,
            )}
          </code>
        </td>
      </tr>
      {line && selected && <LineDetails line={line} whole={whole} />}
    </>
  );
}

/** Arrows go from one line with time to the next. */
function lineKey(event: KeyboardEvent & {readonly currentTarget: HTMLElement}, choose: () => void): void {
  const step = {ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling'}[event.key] as
    'nextElementSibling' | undefined;
  if (event.key === 'Enter' || event.key === ' ') choose();
  else if (step) {
    let next = event.currentTarget[step];
    while (next && !next.classList.contains('hot')) next = next[step];
    (next as HTMLElement | null)?.focus();
  } else return;
  event.preventDefault();
}

/** A cell for each of Figures, which a narrow window shows in part. */
function NoFigures(): JSX.Element {
  const {profile} = useSurroundings().store;
  return (
    <>
      <td />
      <td />
      <td class="kind-bar" />
      {profile.groups.length > 1 && <td class="spread" />}
    </>
  );
}

function Figures({line, whole}: {line: SourceLine; whole: number}): JSX.Element {
  const {store, palette} = useSurroundings();
  const share = ratio(line.own, whole);
  const {unit} = store.metric.value;
  return (
    <>
      <td
        class="number self"
        title={amount(line.own, unit)}
        style={line.own > 0 ? {backgroundColor: heatOf(palette.value, Math.sqrt(share))} : {}}
      >
        {line.own > 0 ? percent(share) : ''}
      </td>
      <td
        class="number"
        title={`${amount(line.total, unit)}${line.samples > 0 ? `, ${plural(line.samples, sampleWord(store, 'sample'))}` : ''}`}
      >
        {percent(ratio(line.total, whole))}
      </td>
      <td class="kind-bar">
        <SplitBar split={line.split} whole={whole} />
      </td>
      {store.profile.groups.length > 1 && (
        <td class="number spread">{line.ranks.mean > 0 ? (line.ranks.max / line.ranks.mean).toFixed(2) : ''}</td>
      )}
    </>
  );
}
