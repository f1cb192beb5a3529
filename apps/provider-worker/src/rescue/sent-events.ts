import { isContentEvent, type DialectId, type StreamEvent, type TokenLogprob, type Usage } from '@switchyard/canonical';

import { estimateTokens } from './estimate-usage.js';
import type { OpenBlock, StreamSoFar } from './stream-so-far.js';

type Start = Extract<StreamEvent, { type: 'start' }>;
type Delta = Extract<StreamEvent, { type: 'text-delta' | 'reasoning-delta' }>;

/** A longer answer is not gone on with: its state has to fit one frame of the wire, twice over. */
const MOST_CHARACTERS = 256 * 1024;
/** So many events without any content between them are no answer's. */
const MOST_HELD = 64;
/** So many pieces of a text become one, so that they and what they were cut from can be freed. */
const MOST_PIECES = 64;

/** What a client has, in canonical terms. */
export interface Received {
  /** In order, each run of deltas as one. */
  readonly events: readonly StreamEvent[];
  /** Undefined where this attempt went on with another's stream. */
  readonly start: Start | undefined;
  readonly text: string;
  readonly reasoningTokens: number;
  readonly open: (OpenBlock & { readonly provenance?: DialectId | undefined }) | undefined;
  readonly nextIndex: number;
  readonly usage: Usage | undefined;
}

/**
 * Remembers what a client was sent, for the case that the stream dies, and lets nothing go out but together with content
 * that follows it. So a stream that dies has always stopped right behind a piece of content: within a block, with nothing
 * told of the next one and no finish, and whoever goes on with it finds the same state in every dialect.
 *
 * Nearly all events are deltas of a run; of them only the text is kept.
 */
export class SentEvents {
  readonly #before: StreamSoFar | undefined;
  #phase: 'remembering' | 'calls' | 'over' = 'remembering';
  #events: StreamEvent[] = [];
  #run: Delta | undefined;
  /** The text of the run, before these pieces. */
  #text = '';
  #pieces: string[] = [];
  #logprobs: TokenLogprob[] = [];
  #characters: number;
  #held: StreamEvent[] = [];
  #isHolding = false;

  constructor(before: StreamSoFar | undefined) {
    this.#before = before;
    this.#characters = before?.text.length ?? 0;
  }

  /** Whether something waits for content. */
  get isHolding(): boolean {
    return this.#isHolding;
  }

  /** Whether a part of a tool call has been sent. */
  get hasCalls(): boolean {
    return this.#phase === 'calls';
  }

  /** Takes a further piece of the text that was sent last, which is what nearly all events are. False for any other. */
  continues(event: StreamEvent): boolean {
    if (event.type !== 'text-delta' && event.type !== 'reasoning-delta') return false;
    const run = this.#run;
    if (run?.type !== event.type || run.index !== event.index || event.choice !== 0) return false;
    if (this.#isHolding || event.text === '') return false;
    this.#add(event);
    return true;
  }

  /** Whether these go out now, and with them all that were held. */
  admits(events: readonly StreamEvent[]): boolean {
    if (this.#phase !== 'remembering') return true;
    if (!events.some(goesOut)) {
      if (!this.#isHolding && events.length > 0 && events.every(isPing)) return true;
      this.#isHolding = true;
      this.#held.push(...events);
      if (this.#held.length <= MOST_HELD) return false;
      this.giveUp();
      return true;
    }
    if (this.#isHolding) {
      for (const event of this.#held) this.#note(event);
      this.#held = [];
      this.#isHolding = false;
    }
    for (const event of events) this.#note(event);
    return true;
  }

  /** From here on nobody can go on with the stream, so nothing is kept and nothing held. */
  giveUp(): void {
    this.#leave('over');
  }

  /** What the client has; undefined where nobody could go on with it. */
  received(): Received | undefined {
    this.#endRun();
    return this.#phase === 'remembering' ? read(this.#events, this.#before) : undefined;
  }

  #note(event: StreamEvent): void {
    if (this.#phase !== 'remembering') return;
    if ('choice' in event && event.choice !== 0) {
      this.giveUp();
      return;
    }
    switch (event.type) {
      case 'text-delta':
      case 'reasoning-delta':
        this.#noteDelta(event);
        return;
      case 'start':
      case 'usage':
      case 'text-start':
      case 'text-end':
      case 'reasoning-start':
      case 'reasoning-end':
      case 'redacted-reasoning':
        this.#endRun();
        this.#events.push(event);
        return;
      case 'ping':
        return;
      case 'tool-call-start':
      case 'tool-call-delta':
      case 'tool-call-end':
        this.#leave('calls');
        return;
      default:
        // A refusal, what only its own dialect understands, an end: nothing that another model could continue.
        this.giveUp();
    }
  }

  #noteDelta(event: Delta): void {
    const run = this.#run;
    if (run?.type !== event.type || run.index !== event.index) {
      this.#endRun();
      this.#run = event;
    }
    this.#add(event);
  }

  #add(delta: Delta): void {
    const { text } = delta;
    this.#characters += text.length;
    if (this.#characters > MOST_CHARACTERS) {
      this.giveUp();
      return;
    }
    this.#pieces.push(text);
    if (this.#pieces.length === MOST_PIECES) this.#join();
    if (delta.type === 'text-delta' && delta.logprobs !== undefined) this.#logprobs.push(...delta.logprobs);
  }

  #join(): void {
    this.#text += this.#pieces.join('');
    this.#pieces = [];
  }

  #endRun(): void {
    if (this.#run !== undefined) {
      this.#join();
      const logprobs = this.#logprobs.length === 0 ? {} : { logprobs: this.#logprobs };
      this.#events.push({ ...this.#run, text: this.#text, ...logprobs });
    }
    this.#forgetRun();
  }

  #leave(phase: 'calls' | 'over'): void {
    this.#phase = phase;
    this.#isHolding = false;
    this.#held = [];
    this.#events = [];
    this.#forgetRun();
  }

  #forgetRun(): void {
    this.#run = undefined;
    this.#text = '';
    this.#pieces = [];
    this.#logprobs = [];
  }
}

function goesOut(event: StreamEvent): boolean {
  return event.type === 'end' || (event.type !== 'finish' && isContentEvent(event));
}

function isPing(event: StreamEvent): boolean {
  return event.type === 'ping';
}

function read(events: readonly StreamEvent[], before: StreamSoFar | undefined): Received | undefined {
  const open = new Map<number, NonNullable<Received['open']>>();
  if (before?.open !== undefined) open.set(before.open.index, before.open);
  let start: Start | undefined;
  let usage = before?.usage;
  let text = before?.text ?? '';
  let reasoning = '';
  let nextIndex = before?.nextIndex ?? 0;
  for (const event of events) {
    if ('index' in event) nextIndex = Math.max(nextIndex, event.index + 1);
    switch (event.type) {
      case 'start':
        start = event;
        break;
      case 'usage':
        usage = event.usage;
        break;
      case 'text-start':
        open.set(event.index, { type: 'text', index: event.index });
        break;
      case 'reasoning-start':
        open.set(event.index, { type: 'reasoning', index: event.index, provenance: event.provenance });
        break;
      case 'text-end':
      case 'reasoning-end':
        open.delete(event.index);
        break;
      case 'text-delta':
        text += event.text;
        break;
      case 'reasoning-delta':
        reasoning += event.text;
        break;
      default:
    }
  }
  if (open.size > 1) return undefined;
  const reasoningTokens = (before?.reasoningTokens ?? 0) + estimateTokens(reasoning);
  return { events, start, usage, text, reasoningTokens, open: [...open.values()][0], nextIndex };
}
