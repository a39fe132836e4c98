// The boxes of a flame graph as an SVG file that stands alone.
import type {Box} from '../layout/flame.ts';
import {rowHeight, type Scene, type Texture} from './flame.ts';
import type {LabelFitter} from './labels.ts';

/** Names have been made visible before; here they cannot leave their place in the markup. */
export function svgOf(scene: Scene, labels: LabelFitter, title: string): string {
  const boxes = scene.boxes.map((box) => boxMarkup(scene, labels, box)).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${scene.width} ${scene.height}" width="${scene.width}"
 height="${scene.height}" font-family="system-ui, sans-serif" font-size="12">
<title>${escaped(title)}</title>
${patterns(scene.palette.stripe)}<rect width="100%" height="100%" fill="${scene.palette.surface}"/>
${boxes}
</svg>
`;
}

function boxMarkup(scene: Scene, labels: LabelFitter, box: Box): string {
  const look = box.crumbs ? undefined : scene.lookOf(box);
  const top = scene.yOf(box.row);
  const [left, width] = [rounded(box.left), rounded(Math.max(box.width - (box.width > 3 ? 1 : 0), 0.5))];
  const rect = `<rect x="${left}" y="${top}" width="${width}" height="${rowHeight - 1}" fill="${look?.fill ?? scene.palette.crumbs}"`;
  if (!look) return `${rect}/>`;
  const label = box.width > 24 ? labels.fit(look.name, box.width - 10) : '';
  const text =
    label === ''
      ? ''
      : `<text x="${rounded(box.left + 5)}" y="${top + 14}" fill="${scene.palette.text}">${escaped(label)}</text>`;
  const texture = look.texture ? `<rect x="${left}" y="${top}" width="${width}" height="${rowHeight - 1}" fill="url(#${look.texture})"/>` : '';
  return `<g>${rect}><title>${escaped([look.name, look.origin].filter(Boolean).join(' – '))}</title></rect>${texture}${text}</g>`;
}

function patterns(colour: string): string {
  const paths: Readonly<Record<Texture, string>> = {stripes: 'M0 8L8 0', rules: 'M0 4H8'};
  const all = Object.entries(paths).map(([id, path]) =>
    `<pattern id="${id}" width="8" height="8" patternUnits="userSpaceOnUse"><path d="${path}" stroke="${colour}"/></pattern>`);
  return `<defs>${all.join('')}</defs>\n`;
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that XML may not hold (section 2.2 of XML 1.0), such as half of a pair, become U+FFFD. */
export function escaped(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
