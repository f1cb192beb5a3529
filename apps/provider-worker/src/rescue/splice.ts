import { GatewayError, type StreamEvent } from '@switchyard/canonical';

import { continuedUsage, type ResumeHow } from './continued-usage.js';
import { estimateTokens } from './estimate-usage.js';
import type { OpenBlock, StreamSoFar } from './stream-so-far.js';

type BlockEvent = Extract<StreamEvent, { readonly index: number }>;
type TextDelta = Extract<StreamEvent, { type: 'text-delta' }>;
type TextEnd = Extract<StreamEvent, { type: 'text-end' }>;

/**
 * Turns the stream of an attempt that goes on with a dead one into what the client still lacks. Reasoning that comes
 * before new text is left out: the client has seen how the answer came about, or the answer itself.
 *
 * A prefilled model says only what is new; white space that was cut off the end of what it was given, and that it says
 * anew, is skipped. A replayed request says all of it again: its text is compared with what the client has and skipped
 * while it is the same, wherever its pieces and blocks begin and end.
 */
export class Splice {
  readonly #soFar: StreamSoFar;
  readonly #how: ResumeHow;
  /** What is to be skipped. */
  readonly #skip: string;
  #skipped = 0;
  /** The dead stream's open block. */
  #inherited: OpenBlock | undefined;
  #nextIndex: number;
  /** The client's index of each block that it is told of. */
  readonly #indices = new Map<number, number>();
  /** The texts of which the client has a beginning that this attempt does not say, or says as it likes. */
  readonly #continued = new Set<number>();
  /** Beginnings of texts that have not said anything. */
  readonly #unopened = new Map<number, StreamEvent>();
  #added = '';
  #isUsageTold = false;

  constructor(soFar: StreamSoFar, how: ResumeHow) {
    this.#soFar = soFar;
    this.#how = how;
    this.#skip = how === 'replay' ? soFar.text : soFar.text.slice(soFar.text.trimEnd().length);
    this.#inherited = soFar.open;
    this.#nextIndex = soFar.nextIndex;
  }

  /** @throws GatewayError `rescue_diverged` where a replay says something else. Nothing was returned before then. */
  next(event: StreamEvent): readonly StreamEvent[] {
    if ('choice' in event && event.choice !== 0) return [];
    switch (event.type) {
      case 'start':
      case 'ping':
        return [];
      case 'usage':
        this.#isUsageTold = true;
        return [{ type: 'usage', usage: continuedUsage(this.#soFar, this.#how, event.usage) }];
      case 'finish':
        this.#requireAll('finished');
        return [...this.#endInherited(), event];
      case 'end':
        return [...this.#missingUsage(), event];
      case 'error':
        return [event];
      case 'text-start':
        this.#unopened.set(event.index, event);
        return [];
      case 'text-delta':
        return this.#text(event);
      case 'text-end':
        return this.#endText(event);
      case 'reasoning-start':
      case 'redacted-reasoning':
        return this.#isPastStart() ? this.#begin(event) : [];
      case 'reasoning-delta':
      case 'reasoning-end':
        return this.#goOn(event);
      default:
        return this.#other(event);
    }
  }

  /** A call, a refusal and the like, which the client has nothing of. */
  #other(event: BlockEvent): readonly StreamEvent[] {
    if (this.#indices.has(event.index)) return this.#goOn(event);
    this.#requireAll('went on otherwise');
    return this.#begin(event);
  }

  #text(event: TextDelta): readonly StreamEvent[] {
    const text = this.#how === 'replay' ? this.#afterSame(event.text) : this.#afterSpace(event.text);
    if (text === '') return [];
    this.#added += text;
    const isWhole = text === event.text;
    if (!isWhole) this.#continued.add(event.index);
    // The probabilities of a piece that is told in part are of tokens that the client has.
    const delta = isWhole ? event : { ...event, text, logprobs: undefined };
    if (this.#indices.has(event.index)) return this.#goOn(delta);
    if (this.#inherited?.type !== 'text') {
      const start: BlockEvent = { type: 'text-start', choice: 0, index: event.index };
      const { [event.index]: told = start } = Object.fromEntries(this.#unopened);
      return [...this.#begin('index' in told ? told : start), ...this.#goOn(delta)];
    }
    this.#indices.set(event.index, this.#inherited.index);
    this.#continued.add(event.index);
    this.#inherited = undefined;
    return this.#goOn(delta);
  }

  #endText(event: TextEnd): readonly StreamEvent[] {
    this.#unopened.delete(event.index);
    const told = this.#continued.has(event.index) ? withoutSpans(event) : event;
    if (this.#indices.has(event.index)) return this.#goOn(told);
    // A replayed text that ends just where the client's stopped: the client's is that one.
    const isSame = this.#how === 'replay' && this.#skip !== '' && this.#skipped === this.#skip.length;
    if (!isSame || this.#inherited?.type !== 'text') return [];
    const { index } = this.#inherited;
    this.#inherited = undefined;
    return [{ ...withoutSpans(event), index }];
  }

  #begin(event: BlockEvent): readonly StreamEvent[] {
    const index = this.#nextIndex;
    this.#nextIndex += 1;
    this.#indices.set(event.index, index);
    return [...this.#endInherited(), { ...event, index }];
  }

  /** More of a block; nothing of one that is left out. */
  #goOn(event: BlockEvent): readonly StreamEvent[] {
    const index = this.#indices.get(event.index);
    return index === undefined ? [] : [{ ...event, index }];
  }

  #endInherited(): readonly StreamEvent[] {
    const open = this.#inherited;
    this.#inherited = undefined;
    return open === undefined ? [] : [{ type: `${open.type}-end` as const, choice: 0, index: open.index }];
  }

  /** Whether the stream has come to what the client lacks; before that, reasoning repeats what led to what it has. */
  #isPastStart(): boolean {
    if (this.#indices.size > 0) return true;
    return this.#how === 'replay' && this.#skip !== '' && this.#skipped === this.#skip.length;
  }

  #afterSame(text: string): string {
    const rest = this.#skip.length - this.#skipped;
    const same = text.slice(0, rest);
    if (!this.#skip.startsWith(same, this.#skipped)) throw this.#diverged('said something else');
    this.#skipped += same.length;
    return text.slice(same.length);
  }

  #afterSpace(text: string): string {
    let at = 0;
    while (at < text.length && this.#skipped < this.#skip.length) {
      if (text[at] !== this.#skip[this.#skipped]) this.#skipped = this.#skip.length;
      else {
        at += 1;
        this.#skipped += 1;
      }
    }
    return text.slice(at);
  }

  #requireAll(what: string): void {
    if (this.#how === 'replay' && this.#skipped < this.#skip.length) throw this.#diverged(what);
  }

  #diverged(what: string): GatewayError {
    const message = `the candidate that was to go on with the stream ${what} after ${this.#skipped} of ${this.#skip.length} characters`;
    return new GatewayError('rescue_diverged', message);
  }

  /** Where the upstream tells no usage, what was told for the dead one would stand. */
  #missingUsage(): readonly StreamEvent[] {
    const { usage } = this.#soFar;
    if (this.#isUsageTold || usage === undefined) return [];
    const spoken = this.#how === 'prefill' ? this.#added : this.#soFar.text + this.#added;
    const own = { ...usage, output: estimateTokens(spoken), reasoning: undefined };
    return [{ type: 'usage', usage: continuedUsage(this.#soFar, this.#how, own) }];
  }
}

/** Sources of another text than the client has: what they are of in it is not known, so they are of all of it. */
function withoutSpans(event: TextEnd): TextEnd {
  const { citations } = event;
  return citations === undefined
    ? event
    : { ...event, citations: citations.map((citation) => ({ ...citation, span: undefined })) };
}
