// What was run, and whether its numbers can be trusted.
import {useSignal} from '@preact/signals';
import type {ComponentChildren, JSX} from 'preact';
import type {Profile} from '../model/profile.ts';
import {amount, count, duration, hostsOf, percent, plural, visible} from '../model/text.ts';
import {type Grade, type QualityLine, qualityLines, worst} from '../model/verdict.ts';
import {useSurroundings} from './context.ts';
import {QualityTable} from './quality.tsx';
import {RangeBar} from './range_bar.tsx';
import {Search} from './search.tsx';

export function Header(): JSX.Element {
  const profile = useSurroundings().store.whole;
  const command = profile.run.command.join(' ') || profile.run.script;
  return (
    <header>
      <h1>
        <span class="brand">pyprof</span>
        <code title={visible(command)}>{visible(command)}</code>
      </h1>
      <Search />
      <div class="facts-line">
        <dl class="facts">{facts(profile)}</dl>
        <QualityBox lines={qualityLines(profile)} />
      </div>
      <RangeBar />
      <Notes />
    </header>
  );
}

function facts(profile: Profile): JSX.Element[] {
  const {run, quality} = profile;
  const hosts = hostsOf(profile);
  const where = hosts.length === 1 ? `on ${visible(hosts[0] ?? '')}` : `on ${plural(hosts.length, 'host')}`;
  const who = run.ranks > 0 ? plural(run.ranks, 'rank') : plural(profile.processes.length, 'process', 'processes');
  const own = run.cpu_ns > 0 && quality.handler_ns > 0 ? percent(quality.handler_ns / run.cpu_ns) : undefined;
  return [
    <Fact name="Processes" value={who}>{hosts.length > 0 ? where : ''}</Fact>,
    <Fact name="Wall time" value={duration(run.wall_ns)}>wall</Fact>,
    <Fact name="CPU time" value={duration(run.cpu_ns)}>CPU</Fact>,
    <Fact name="Samples" value={count(quality.samples)}>samples</Fact>,
    <Fact name="Rate" value={`${quality.rate_delivered_hz.toFixed(1)} Hz`}>delivered of {run.rate_hz} Hz</Fact>,
    ...(own === undefined ? [] : [<Fact name="Own cost" value={own}>own cost</Fact>]),
    ...[...run.pythons.map((version) => `Python ${version}`), run.mpi].filter(Boolean).map((text) => (
      <Fact name="Software" value="">{visible(text)}</Fact>
    )),
  ];
}

function Fact({name, value, children}: {name: string; value: string; children: ComponentChildren}): JSX.Element {
  return (
    <div>
      <dt class="unseen">{name}</dt>
      <dd>{value !== '' && <b>{value} </b>}{children}</dd>
    </div>
  );
}

const verdicts: Readonly<Record<Grade, string>> = {
  good: 'Data quality: good',
  fair: 'Data quality: fair',
  poor: 'Data quality: poor',
};

function QualityBox({lines}: {lines: readonly QualityLine[]}): JSX.Element {
  const open = useSignal(false);
  const grade = worst(lines);
  return (
    <div class="quality" onKeyDown={(event) => {
      if (event.key !== 'Escape' || !open.value) return;
      open.value = false;
      event.stopPropagation();
    }}>
      <button type="button" class={`verdict ${grade}`} aria-expanded={open.value} aria-controls="quality-lines"
        onClick={() => (open.value = !open.value)}>
        {verdicts[grade]}
      </button>
      <div id="quality-lines" class="quality-lines" hidden={!open.value}>
        <QualityTable lines={lines} />
      </div>
    </div>
  );
}

/** Sentences that a reader must see. */
function Notes(): JSX.Element | null {
  const profile = useSurroundings().store.whole;
  const notes = [...new Set([
    ...profile.run.notes,
    ...profile.processes.map((process) => process.python_message),
    ...prunedNote(profile),
  ])].filter((note) => note !== '');
  if (notes.length === 0) return null;
  return <ul class="notes">{notes.map((note) => <li>{visible(note)}</li>)}</ul>;
}

function prunedNote({pruned, metrics}: Profile): string[] {
  if (pruned.contexts === 0) return [];
  const weight = amount(pruned.weight, metrics[0].unit);
  return [`${plural(pruned.contexts, 'tiny context')} (${weight} together) were folded into their callers to keep this page small.`];
}
