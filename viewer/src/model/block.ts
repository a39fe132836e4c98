// The data block before it means anything: base64 of gzip of [magic, header length, JSON header, columns, source text].
// docs/formats/html.md. The block was written by pyprof but may have been damaged on its way: every length is checked.
import {checked} from './checked.ts';
import {u32} from './columns.ts';
import {DecodeError, require} from './decode_error.ts';

const magic = 'pyprofh1';

export async function unpack(text: string): Promise<ArrayBuffer> {
  const packed = bytesOfBase64(text.trim());
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  try {
    return await new Response(stream).arrayBuffer();
  } catch {
    throw new DecodeError('the data block is not whole: the file was cut short or changed');
  }
}

interface Base64Reader {
  fromBase64?: (text: string) => Uint8Array<ArrayBuffer>;
}

function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as unknown as Base64Reader).fromBase64;
  try {
    if (native) return native.call(Uint8Array, text);
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  } catch {
    throw new DecodeError('the data block is not base64: the file was changed');
  }
}

export interface Block {
  /** As JSON; its parts are checked where they are used. */
  readonly header: Readonly<Record<string, unknown>>;
  /** A column, joined from its planes of bytes when it is asked for. */
  readonly column: (name: string) => Uint32Array;
  readonly sources: () => unknown;
}

export function readBlock(bytes: ArrayBuffer): Block {
  require(bytes.byteLength >= 12, 'no header');
  const found = new TextDecoder().decode(new Uint8Array(bytes, 0, 8));
  require(found === magic, `written for another version of this page (${JSON.stringify(found)})`);
  const length = new DataView(bytes).getUint32(8, true);
  require(length <= bytes.byteLength - 12, 'the header is longer than the data');
  const header = checked<Record<string, unknown>>(
    parse(new Uint8Array(bytes, 12, length), 'the header') as Record<string, unknown>,
    {},
    'header',
  );
  const {places, end} = placesOf(header['columns'], bytes, 12 + length);
  const sourceBytes = checked(header['sources_bytes'] as number, 0, 'sources_bytes');
  require(Number.isInteger(sourceBytes) &&
    sourceBytes >= 0 &&
    end + sourceBytes <= bytes.byteLength, 'the source text is cut short');
  return {
    header,
    column: (name) => {
      const place = places.get(name);
      if (!place) throw new DecodeError(`column ${name} is missing`);
      return joinBytes(place);
    },
    sources: () => (sourceBytes === 0 ? [] : parse(new Uint8Array(bytes, end, sourceBytes), 'the source text')),
  };
}

const columnExample = [{name: '', length: 0}];

function placesOf(list: unknown, bytes: ArrayBuffer, begin: number): {places: Map<string, Uint8Array>; end: number} {
  const places = new Map<string, Uint8Array>();
  let offset = begin;
  for (const column of checked(list as typeof columnExample, columnExample, 'columns')) {
    require(Number.isInteger(column.length) && column.length >= 0, `column ${column.name} has no length`);
    require(offset + 4 * column.length <= bytes.byteLength, `column ${column.name} is cut short`);
    places.set(column.name, new Uint8Array(bytes, offset, 4 * column.length));
    offset += 4 * column.length;
  }
  return {places, end: offset};
}

function parse(bytes: Uint8Array<ArrayBuffer>, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    throw new DecodeError(`the data block is damaged: ${what} is no JSON`);
  }
}

/** The lowest bytes of all numbers stand first, then the second ones, the third, the highest. */
function joinBytes(bytes: Uint8Array): Uint32Array {
  const length = bytes.length / 4;
  const column = new Uint32Array(length);
  for (let plane = 0; plane < 4; plane++) {
    const ofRank = bytes.subarray(plane * length, (plane + 1) * length);
    for (let i = 0; i < length; i++) column[i] = u32(column, i) | ((ofRank[i] as number) << (8 * plane));
  }
  return column;
}
