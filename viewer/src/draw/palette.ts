// Colours of boxes. The hues are those of Okabe and Ito (Color Universal Design, 2008), which people with any colour
// vision tell apart, softened so that text reads on them; green for computing and blue for MPI is what viewers of
// parallel profiles already use. MPI is also striped, so that it does not depend on colour at all.
import type {Category, Domain, SourceFunction} from '../model/profile.ts';

export type Colour = readonly [red: number, green: number, blue: number];

const hues: Readonly<Record<Domain, Colour>> = {
  python: [86, 180, 233],
  native: [0, 158, 115],
  jit: [204, 121, 167],
  mpi: [0, 114, 178],
  os: [230, 159, 0],
};

export const domainLabels: Readonly<Record<Domain, string>> = {
  python: 'Python',
  native: 'Native',
  jit: 'JIT-compiled',
  mpi: 'MPI',
  os: 'Operating system',
};

/** Of categories: those of the code they are, orange for input and output, warm ones for what the interpreter costs. */
const categoryHues: Readonly<Record<Category, Colour>> = {
  python: hues.python,
  native: hues.native,
  mpi: hues.mpi,
  io: hues.os,
  gil: [213, 94, 0],
  gc: [204, 121, 167],
  import: [150, 130, 200],
  idle: [196, 202, 210],
  other: [140, 148, 158],
};

const libraryHues: readonly Colour[] = [
  ...Object.values(hues), [213, 94, 0], [240, 228, 66], [120, 94, 190], [150, 150, 150], [170, 110, 60], [70, 190, 190],
];

/** Of a difference: vermilion for slower, blue for faster. */
const changeHues = {slower: [213, 94, 0], faster: [0, 114, 178]} as const;
const changeStrengths = [0.3, 0.5, 0.72];

/** From cold to hot. */
const heatEnds: readonly [Colour, Colour, Colour] = [[150, 160, 172], [230, 159, 0], [204, 51, 17]];

export interface Palette {
  /** As numbers, to be mixed. */
  readonly channels: {readonly surface: Colour; readonly categories: Readonly<Record<Category, Colour>>};
  readonly categories: Readonly<Record<Category, string>>;
  readonly libraries: readonly string[];
  readonly heat: readonly string[];
  /** From weak to strong. */
  readonly changes: {readonly slower: readonly string[]; readonly faster: readonly string[]; readonly same: string};
  readonly surface: string;
  readonly text: string;
  readonly faintText: string;
  readonly root: string;
  readonly crumbs: string;
  readonly outline: string;
  readonly match: string;
  readonly stripe: string;
  /** Shades of one hue: neighbours of different files or libraries differ a little. */
  readonly shades: Readonly<Record<Domain | 'machinery', readonly string[]>>;
}

const shadeCount = 5;

const heatSteps = 32;

function heatAt(share: number): Colour {
  const [cold, warm, hot] = heatEnds;
  return share < 0.5 ? mix(cold, warm, 2 * share) : mix(warm, hot, 2 * share - 1);
}

function mapValues<K extends string, A, B>(from: Readonly<Record<K, A>>, make: (value: A) => B): Record<K, B> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, make(value as A)])) as Record<K, B>;
}

function makePalette(surface: Colour, grey: Colour, strength: number, rest: Omit<Palette, 'channels' | 'shades' | 'surface' | 'categories' | 'libraries' | 'heat' | 'changes'>): Palette {
  const shadesOf = (hue: Colour): string[] =>
    Array.from({length: shadeCount}, (_, i) => css(mix(surface, hue, strength + (i - (shadeCount - 1) / 2) * 0.035)));
  const channels = {surface, categories: mapValues(categoryHues, (hue) => mix(surface, hue, strength + 0.22))};
  return {
    ...rest,
    channels,
    surface: css(surface),
    categories: mapValues(channels.categories, css),
    libraries: libraryHues.map((hue) => css(mix(surface, hue, strength))),
    heat: Array.from({length: heatSteps}, (_, i) => css(mix(surface, heatAt(i / (heatSteps - 1)), 0.25 + (0.6 * i) / (heatSteps - 1)))),
    changes: {
      slower: changeStrengths.map((share) => css(mix(surface, changeHues.slower, share))),
      faster: changeStrengths.map((share) => css(mix(surface, changeHues.faster, share))),
      same: css(mix(surface, grey, 0.22)),
    },
    shades: {
      python: shadesOf(hues.python),
      native: shadesOf(hues.native),
      jit: shadesOf(hues.jit),
      mpi: shadesOf(hues.mpi),
      os: shadesOf(hues.os),
      machinery: shadesOf(grey),
    },
  };
}

function mix(from: Colour, to: Colour, share: number): Colour {
  const blend = (a: number, b: number): number => Math.round(a + (b - a) * share);
  return [blend(from[0], to[0]), blend(from[1], to[1]), blend(from[2], to[2])];
}

const css = (colour: Colour): string => `rgb(${colour.join(' ')})`;

export const light: Palette = makePalette([255, 255, 255], [120, 128, 138], 0.5, {
  text: '#14181d',
  faintText: 'rgb(20 24 29 / 0.62)',
  root: '#e9ecef',
  crumbs: '#d5dae0',
  outline: '#14181d',
  match: '#c2185b',
  stripe: 'rgb(255 255 255 / 0.38)',
});

export const dark: Palette = makePalette([18, 21, 26], [120, 128, 138], 0.56, {
  text: '#f2f4f7',
  faintText: 'rgb(242 244 247 / 0.66)',
  root: '#272c34',
  crumbs: '#353b45',
  outline: '#ffffff',
  match: '#ff7fb0',
  stripe: 'rgb(0 0 0 / 0.25)',
});

export function fillOf(palette: Palette, fn: SourceFunction): string {
  const shades = palette.shades[fn.machinery ? 'machinery' : fn.domain];
  return shades[hashText(fn.module?.path ?? fn.file) % shadeCount] ?? palette.root;
}

export function moduleFill(palette: Palette, fn: SourceFunction): string {
  return palette.libraries[hashText(fn.module?.path ?? fn.file) % palette.libraries.length] ?? palette.root;
}

/** The colour of a share from 0 to 1. */
export function heatOf(palette: Palette, share: number): string {
  const step = Math.round(Math.min(1, Math.max(0, share)) * (heatSteps - 1));
  return palette.heat[step] ?? palette.root;
}

/** FNV-1a. */
function hashText(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
