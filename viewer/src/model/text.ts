// Numbers and names as the page shows them.
import type {Location, Process, Profile, SourceFunction} from './profile.ts';

/** Three digits that matter, in the unit that fits: 1.23 s, 45.6 ms, 12 min 03 s. */
export function duration(nanoseconds: number): string {
  const seconds = nanoseconds / 1e9;
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${twoDigits(Math.floor((seconds % 3600) / 60))} min`;
  if (seconds >= 600) return `${Math.floor(seconds / 60)} min ${twoDigits(Math.floor(seconds % 60))} s`;
  if (seconds >= 1) return `${threeDigits(seconds)} s`;
  if (nanoseconds >= 1e6) return `${threeDigits(nanoseconds / 1e6)} ms`;
  if (nanoseconds >= 1e3) return `${threeDigits(nanoseconds / 1e3)} µs`;
  return nanoseconds === 0 ? '0 s' : `${threeDigits(nanoseconds)} ns`;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

function threeDigits(value: number): string {
  const decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return value.toFixed(decimals);
}

export function amount(value: number, unit: string): string {
  if (unit === 'nanoseconds') return duration(value);
  return unit === 'bytes' ? bytes(value) : count(value);
}

export function bytes(value: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const step = value < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  return `${step === 0 ? count(value) : threeDigits(value / 1024 ** step)} ${units[step] ?? ''}`;
}

/** Thousands apart by a narrow no-break space. */
export function count(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.01) return '< 0.01 %';
  return `${value.toFixed(value < 1 ? 2 : 1)} %`;
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** Control characters, and those that reorder or hide text, as escapes: a name is shown as it is, not as it acts. */
export function visible(text: string): string {
  return text.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export const moduleName = (fn: SourceFunction): string => (fn.module ? visible(baseName(fn.module.path)) : '');

/** file:line, as far as known; the line within the function or, if that is unknown, where the function begins. */
export function place(fn: SourceFunction, line: number): string {
  if (fn.file === '') return '';
  const shown = line > 0 ? line : fn.firstLine;
  return visible(shown > 0 ? `${fn.file}:${shown}` : fn.file);
}

/** The short form for boxes: base name of the source, with where the function begins unless its lines are shown. */
export function origin(fn: SourceFunction, byLine: boolean): string {
  if (fn.file === '') return moduleName(fn);
  return byLine ? visible(baseName(fn.file)) : place({...fn, file: baseName(fn.file)}, 0);
}

export function locationLabel(profile: Profile, location: Location, byLine: boolean): string {
  const fn = profile.functions[location.function];
  if (!fn) return '';
  return byLine && location.line > 0 ? `${visible(fn.name)}:${location.line}` : visible(fn.name);
}

export function hostsOf(profile: Profile): readonly string[] {
  const seen = new Set(profile.processes.map((process: Process) => process.host).filter((host) => host !== ''));
  return profile.run.hosts.length > 0 ? profile.run.hosts : [...seen];
}
