import { QUOTE } from './skip-json.js';

const UNDERSCORE = 0x5f;

interface PlainKey<Meaning> {
  readonly name: string;
  readonly meaning: Meaning;
}

/** `not-plain`: only its text can tell, or it is longer than all that are known. */
export type PlainKeyFinding<Meaning> = Meaning | 'unknown' | 'not-plain';

/**
 * Finds what keys of small letters, digits and underscores stand for, by their bytes: to make a text of each key costs more than to walk over
 * it. No reader takes one such key for another, so what is unknown here is another key to all of them.
 */
export class PlainKeys<Meaning> {
  readonly #byHash = new Map<number, PlainKey<Meaning>>();
  readonly #longest: number;

  /** Those among the names that are not plain are not found. */
  constructor(meanings: ReadonlyMap<string, Meaning>) {
    this.#longest = Math.max(...[...meanings.keys()].map((name) => name.length));
    for (const [name, meaning] of meanings) {
      const hash = hashOf(Buffer.from(`"${name}"`), 0, this.#longest);
      if (hash === undefined) continue;
      if (this.#byHash.has(hash)) throw new Error(`the key ${name} has the hash of another`);
      this.#byHash.set(hash, { name, meaning });
    }
  }

  /** `position`: of the quote before the key. */
  find(body: Buffer, position: number): PlainKeyFinding<Meaning> {
    const hash = hashOf(body, position, this.#longest);
    if (hash === undefined) return 'not-plain';
    const key = this.#byHash.get(hash);
    return key !== undefined && isAt(body, position + 1, key.name) ? key.meaning : 'unknown';
  }
}

/** FNV-1a of a plain key; undefined for one that is not plain, is longer, or does not end. */
function hashOf(body: Buffer, position: number, longest: number): number | undefined {
  const start = position + 1;
  const end = Math.min(body.length, start + longest + 1);
  let hash = 0x811c9dc5;
  for (let place = start; place < end; place += 1) {
    const byte = body[place] ?? 0;
    if (byte === QUOTE) return hash;
    if (!isPlain(byte)) return undefined;
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return undefined;
}

function isPlain(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || byte === UNDERSCORE || (byte >= 0x30 && byte <= 0x39);
}

function isAt(body: Buffer, start: number, name: string): boolean {
  for (let place = 0; place < name.length; place += 1) {
    if (body[start + place] !== name.charCodeAt(place)) return false;
  }
  return body[start + name.length] === QUOTE;
}
