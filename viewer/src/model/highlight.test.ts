import assert from 'node:assert/strict';
import {test} from 'node:test';
import {highlighted, languageOf, piecesOf} from './highlight.ts';

const samples: readonly [string, readonly string[], string, string][] = [
  ['a.py', ['def f(x):', '    """text', '    of lines"""', '    return x < 1 & "é"  # <b>'], 'def', 'keyword'],
  ['a.pyx', ['cdef int f():', '    return 1'], 'return', 'keyword'],
  ['k.c', ['int f(void) { return 0; } // <b>', '/* a', 'b */'], 'return', 'keyword'],
  ['k.cpp', ['template <class T> auto f(T&& x) { return x; }'], 'return', 'keyword'],
  ['solve.F90', ['subroutine f(a)', '  real, intent(in) :: a(:)', 'end subroutine'], 'subroutine', 'keyword'],
];

for (const [file, lines, word, scope] of samples) {
  test(`the text of ${file} is as it was, with its words told apart`, () => {
    const pieces = highlighted(lines, languageOf(file));
    assert.deepEqual(pieces.map((line) => line.map((piece) => piece.text).join('')), lines);
    assert.ok(pieces.flat().some((piece) => piece.text.startsWith(word) && piece.scope === scope), JSON.stringify(pieces));
  });
}

test('markup in source text stays text', () => {
  const lines = ['</script><script>x=1</script>', '<img src=x onerror="y">', '&lt;&amp;#x27;', ''];
  assert.deepEqual(highlighted(lines, 'python').map((line) => line.map((piece) => piece.text).join('')), lines);
});

test('files without a known name are Python', () => {
  for (const file of ['<string>', '<frozen importlib._bootstrap>', 'cell 2 of study.ipynb', '']) assert.equal(languageOf(file), 'python');
});

test('the innermost scope counts', () => {
  assert.deepEqual(piecesOf('<span class="hljs-string">a<span class="hljs-subst">b</span>c</span>d'), [
    {text: 'a', scope: 'string'}, {text: 'b', scope: 'subst'}, {text: 'c', scope: 'string'}, {text: 'd', scope: ''},
  ]);
});

test('very long text is left plain', () => {
  const lines = Array.from({length: 5000}, () => `def ${'x'.repeat(50)}(): pass`);
  assert.deepEqual(new Set(highlighted(lines, 'python').flat().map((piece) => piece.scope)), new Set(['']));
});
