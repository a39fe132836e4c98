import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Scene} from './flame.ts';
import {LabelFitter} from './labels.ts';
import {light} from './palette.ts';
import {escaped, svgOf} from './svg.ts';

const look = (name: string): ReturnType<Scene['lookOf']> => ({fill: '#123456', texture: undefined, name, origin: 'a.py:1', match: true});
const scene: Scene = {
  boxes: [{node: 0, row: 0, left: 0, width: 200, crumbs: false}, {node: 1, row: 1, left: 10, width: 5, crumbs: true}] as unknown as Scene['boxes'],
  width: 200, height: 40, palette: light, yOf: (row) => 20 * row, lookOf: () => look('</text><script>alert(1)</script>'),
  callersAbove: 0, searching: false, cursor: -1, hover: undefined,
};

test('every box is a rectangle, and names stay text', () => {
  const svg = svgOf(scene, new LabelFitter(() => 1), 'a & b');
  assert.equal(svg.match(/<rect x=/g)?.length, 2);
  assert.ok(svg.includes('<title>a &amp; b</title>'));
  assert.ok(svg.includes('&lt;/text&gt;&lt;script&gt;'));
  assert.ok(!svg.includes('<script'));
});

test('what XML may not hold is replaced', () => {
  assert.equal(escaped('a\u0000b\ud800c\udc00d😀'), 'a\ufffdb\ufffdc\ufffdd😀');
  assert.equal(escaped(`"<'&>`), '&quot;&lt;&#39;&amp;&gt;');
});
