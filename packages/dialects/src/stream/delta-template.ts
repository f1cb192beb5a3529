import type { StreamEvent } from '@switchyard/canonical';

import type { TextDelta } from '../dialect.js';
import { parseJson } from '../json/json-object.js';
import type { SseEvent } from '../sse/scan-sse.js';

export type Delta = TextDelta;

/** A place where events of one template differ. */
interface Hole {
  /** Matches what may stand there, from its `lastIndex` on. */
  readonly read: RegExp;
}

interface Filler extends Hole {
  /** Finds the place in an event. */
  readonly find: RegExp;
  /** Two of the many things that may stand there. */
  readonly examples: readonly [string, string];
}

/** A part that is the same in all events of a template, and what follows it; nothing follows the last one. */
interface Segment {
  readonly fixed: string;
  readonly hole: Hole | Filler | undefined;
}

/** The inside of a JSON string: no quotes, backslashes only before another character, no control characters. */
const TEXT: Hole = { read: /[ !#-[\]-\uffff]*(?:\\[ -~][ !#-[\]-\uffff]*)*/y };

/**
 * What changes from one event to the next and says nothing: OpenAI numbers its events and pads them against guesses of
 * their text by their size; Anthropic pads with spaces.
 */
const FILLERS: readonly Filler[] = [
  { find: /(?<="sequence_number":)\d+/, read: /0|[1-9]\d*/y, examples: ['43002171', '7'] },
  { find: /(?<="obfuscation":")\w*(?=")/, read: /\w*/y, examples: ['filler', ''] },
  { find: /[ \t]+(?=\}$)/, read: /[ \t]*/y, examples: ['   ', ''] },
];

/**
 * The shape of a run of wire events that differ in the text they carry and in fillers only. Reading an event by it costs
 * a comparison with the fixed parts, where parsing JSON costs ten times that.
 *
 * That two events of one shape are the same but for their text is a fact of JSON; that a decoder treats them alike is
 * for `TemplateDecoder` to prove, with events that it has written.
 */
export class DeltaTemplate {
  readonly #event: string | undefined;
  readonly #delta: Delta;
  readonly #segments: readonly Segment[];

  private constructor(event: SseEvent, delta: Delta, segments: readonly Segment[]) {
    this.#event = event.event;
    this.#delta = delta;
    this.#segments = segments;
  }

  /** The shape of an event that was decoded to this delta; undefined where its text cannot be found in it. */
  static from(event: SseEvent, delta: Delta): DeltaTemplate | undefined {
    const literal = JSON.stringify(textOf(delta));
    const at = event.data.indexOf(literal);
    if (at === -1) return undefined;
    const before = segmentsOf(event.data.slice(0, at + 1), TEXT);
    const after = segmentsOf(event.data.slice(at + literal.length - 1), undefined);
    return new DeltaTemplate(event, delta, [...before, ...after]);
  }

  /** The delta of another event of this shape; undefined for an event of another shape, or without text. */
  read(event: SseEvent): Delta | undefined {
    if (event.event !== this.#event) return undefined;
    const { data } = event;
    let at = 0;
    let raw = '';
    for (const { fixed, hole } of this.#segments) {
      const start = at;
      at += fixed.length;
      // `startsWith` compares character by character; this costs a tenth of it. (docs/performance.md)
      if (data.slice(start, at) !== fixed) return undefined;
      if (hole === undefined) break;
      const end = hole === TEXT ? plainTextEnd(data, at) : -1;
      if (end !== -1) {
        raw = data.slice(at, end);
        at = end;
        continue;
      }
      hole.read.lastIndex = at;
      if (!hole.read.test(data)) return undefined;
      if (hole === TEXT) raw = data.slice(at, hole.read.lastIndex);
      at = hole.read.lastIndex;
    }
    const text = raw.includes('\\') ? parseJson(`"${raw}"`) : raw;
    return at === data.length && typeof text === 'string' && text !== '' ? withText(this.#delta, text) : undefined;
  }

  /** An event of this shape with this text and one or the other example of its fillers, and the delta it stands for. */
  write(text: string, example: 0 | 1): { readonly event: SseEvent; readonly delta: Delta } {
    const inside = JSON.stringify(text).slice(1, -1);
    const data = this.#segments.map(({ fixed, hole }) => {
      if (hole === undefined) return fixed;
      return fixed + ('examples' in hole ? hole.examples[example] : inside);
    });
    return { event: { event: this.#event, data: data.join('') }, delta: this.delta(text) };
  }

  /** What an event with this text stands for. */
  delta(text: string): Delta {
    return withText(this.#delta, text);
  }
}

/** Texts are mostly shorter, and found by a walk in half the time that the expression takes. */
const WALK = 64;

/** The place of the quote that ends a short text without escapes; -1 for any other, which `TEXT` has to read. */
function plainTextEnd(data: string, start: number): number {
  const limit = Math.min(data.length, start + WALK);
  for (let at = start; at < limit; at += 1) {
    const unit = data.charCodeAt(at);
    if (unit === 0x22) return at;
    if (unit === 0x5c || unit < 0x20) return -1;
  }
  return -1;
}

/** A part before or after the text, cut at its fillers. */
function segmentsOf(part: string, last: Hole | undefined): readonly Segment[] {
  for (const filler of FILLERS) {
    const found = filler.find.exec(part);
    if (found === null) continue;
    const end = found.index + found[0].length;
    return [...segmentsOf(part.slice(0, found.index), filler), ...segmentsOf(part.slice(end), last)];
  }
  return [{ fixed: part, hole: last }];
}

export function isDelta(event: StreamEvent | undefined): event is Delta {
  return event !== undefined && event.type.endsWith('-delta');
}

export function textOf(delta: Delta): string {
  return delta.type === 'tool-call-delta' ? delta.argumentsText : delta.text;
}

function withText(delta: Delta, text: string): Delta {
  return delta.type === 'tool-call-delta' ? { ...delta, argumentsText: text } : { ...delta, text };
}
