import type { StreamEvent } from '@switchyard/canonical';

import type { Dialect, StreamDecoder } from '../dialect.js';
import type { SseEvent } from '../sse/scan-sse.js';
import { DeltaTemplate, isDelta, textOf, type Delta } from './delta-template.js';

/** After so many attempts in a row that led to nothing, a stream is taken to have no runs of deltas. */
const FRUITLESS_LIMIT = 16;

/** So many pieces of text are told at once: until then each keeps the event alive that it was cut from. */
const MOST_UNTOLD = 64;

/** What a decoder does with the events of a template: nothing else than to tell their deltas, or it also counts the text. */
type Proof = 'keeps-nothing' | 'adds-up';

/**
 * A dialect's own decoder, spared most of the work: nearly all of a stream are runs of deltas that differ in their text
 * only, and within a run events are read by a template. A template is made of one delta, has to fit the next one, and
 * then to prove itself on copies of the dialect's decoder: events that are written by it must give just the deltas with
 * their texts, and leave the decoder either as it was, or as one event with all their text leaves it. So the decoder need
 * not see the events of the run; in the second case it is told their text, that of many at once, by such an event or by
 * its own `keep`. Any event that does not fit ends the run.
 *
 * What was learnt is no part of the state; after a move it is learnt again.
 */
export class TemplateDecoder implements StreamDecoder {
  readonly #dialect: Dialect;
  readonly #decoder: StreamDecoder;
  #template: DeltaTemplate | undefined;
  #proof: Proof | undefined;
  /** What was read by a template that adds up, and the decoder was not told yet. */
  #untold: string[] = [];
  #candidate: DeltaTemplate | undefined;
  #fruitless = 0;

  constructor(dialect: Dialect, state?: unknown) {
    this.#dialect = dialect;
    this.#decoder = dialect.createStreamDecoder(state);
  }

  get state(): unknown {
    this.#tell();
    return this.#decoder.state;
  }

  next(event: SseEvent): readonly StreamEvent[] {
    const delta = this.#template?.read(event);
    if (delta !== undefined) {
      if (this.#proof === 'adds-up') this.#addUp(delta);
      return [delta];
    }
    this.#tell();
    this.#template = undefined;
    const events = this.#decoder.next(event);
    const [first] = events;
    if (events.length === 1 && isDelta(first)) this.#learn(event, first);
    else this.#candidate = undefined;
    return events;
  }

  end(): readonly StreamEvent[] {
    this.#tell();
    return this.#decoder.end();
  }

  #addUp(delta: Delta): void {
    this.#untold.push(textOf(delta));
    if (this.#untold.length === MOST_UNTOLD) this.#tell();
  }

  #tell(): void {
    if (this.#template === undefined || this.#untold.length === 0) return;
    // Joined, not added to each other: only so it is a text of its own.
    const text = this.#untold.join('');
    this.#untold = [];
    if (this.#decoder.keep === undefined) this.#decoder.next(this.#template.write(text, 0).event);
    else this.#decoder.keep(this.#template.delta(text));
  }

  #learn(event: SseEvent, delta: Delta): void {
    if (this.#fruitless === FRUITLESS_LIMIT) return;
    const candidate = this.#candidate;
    const fits = candidate !== undefined && isSame(candidate.read(event), delta);
    this.#proof = fits ? this.#prove(candidate) : undefined;
    if (this.#proof !== undefined) {
      this.#template = candidate;
      this.#candidate = undefined;
      this.#fruitless = 0;
      return;
    }
    if (candidate !== undefined) this.#fruitless += 1;
    this.#candidate = DeltaTemplate.from(event, delta);
  }

  #prove(template: DeltaTemplate): Proof | undefined {
    const state = JSON.stringify(this.#decoder.state);
    const copy = (): StreamDecoder => this.#dialect.createStreamDecoder(JSON.parse(state));
    const told = copy();
    const before = JSON.stringify(told.state);
    const whole = template.write('probe', 0);
    if (!isSame(told.next(whole.event), [whole.delta])) return undefined;
    const after = JSON.stringify(told.state);
    if (after === before) return 'keeps-nothing';

    if (this.#decoder.keep !== undefined) {
      const kept = copy();
      for (const piece of ['pro', 'be']) kept.keep?.(template.delta(piece));
      return JSON.stringify(kept.state) === after ? 'adds-up' : undefined;
    }

    const toldTwice = copy();
    const parts = [template.write('pro', 0), template.write('be', 1)];
    const areTold = parts.every(({ event, delta }) => isSame(toldTwice.next(event), [delta]));
    return areTold && JSON.stringify(toldTwice.state) === after ? 'adds-up' : undefined;
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
