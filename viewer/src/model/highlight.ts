// Source text in coloured pieces. highlight.js writes markup, which this page does not let become elements: its few forms
// are read back into pieces of text.
import hljs from 'highlight.js/lib/core';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import fortran from 'highlight.js/lib/languages/fortran';
import python from 'highlight.js/lib/languages/python';
import {baseName} from './text.ts';

hljs.registerLanguage('c', c);
hljs.registerLanguage('cpp', cpp);
hljs.registerLanguage('fortran', fortran);
hljs.registerLanguage('python', python);

export interface Piece {
  readonly text: string;
  /** A scope of highlight.js such as "keyword", empty for plain text. */
  readonly scope: string;
}

const languages: readonly (readonly [RegExp, string])[] = [
  [/\.(c|h)$/, 'c'],
  [/\.(cc|cpp|cxx|c\+\+|hh|hpp|hxx|cu|cuh|inl|tcc)$/i, 'cpp'],
  [/\.(f|for|ftn|f\d\d|fpp)$/i, 'fortran'],
];

/** Python's files have many names: "<string>", "<frozen importlib._bootstrap>", cells of notebooks. */
export function languageOf(file: string): string {
  return languages.find(([pattern]) => pattern.test(baseName(file)))?.[1] ?? 'python';
}

/** Longer text is left plain: it would hold up the page. */
const mostCharacters = 200_000;

/** The pieces of each line. */
export function highlighted(lines: readonly string[], language: string): Piece[][] {
  const text = lines.join('\n');
  if (text.length > mostCharacters) return lines.map((line) => [{text: line, scope: ''}]);
  return splitLines(piecesOf(hljs.highlight(text, {language, ignoreIllegals: true}).value));
}

const entities: Readonly<Record<string, string>> = {'amp': '&', 'lt': '<', 'gt': '>', 'quot': '"', '#x27': "'"};

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#x27);/g, (_, name: string) => entities[name] ?? '');
}

/** Of nested scopes the innermost counts. */
export function piecesOf(markup: string): Piece[] {
  const pieces: Piece[] = [];
  const scopes: string[] = [];
  for (const [part] of markup.matchAll(/<span class="[^"]*">|<\/span>|[^<]+/g)) {
    const opening = /^<span class="(?:hljs-|language-)([a-z_-]*)/.exec(part);
    if (opening) scopes.push(opening[1] ?? '');
    else if (part === '</span>') scopes.pop();
    else pieces.push({text: unescaped(part), scope: scopes.at(-1) ?? ''});
  }
  return pieces;
}

function splitLines(pieces: readonly Piece[]): Piece[][] {
  const lines: Piece[][] = [[]];
  for (const {text, scope} of pieces) {
    text.split('\n').forEach((part, i) => {
      if (i > 0) lines.push([]);
      if (part !== '') lines.at(-1)?.push({text: part, scope});
    });
  }
  return lines;
}
