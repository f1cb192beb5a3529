import { assertNever } from '../assert-never.js';
import type { StreamEvent } from '../stream.js';

type BlockKind = 'text' | 'reasoning' | 'refusal' | 'tool-call';

interface ChoiceState {
  nextIndex: number;
  finished: boolean;
  readonly open: Map<number, BlockKind>;
}

interface GrammarState {
  readonly violations: string[];
  readonly choices: Map<number, ChoiceState>;
  started: boolean;
  failed: boolean;
  ended: boolean;
}

/**
 * What a sequence of events does against the grammar of `StreamEvent`, one sentence each; empty when it is legal.
 * A `ping` may come anywhere before `end`, and a stream that fails at once may have no `start`.
 */
export function checkStreamGrammar(events: Iterable<StreamEvent>): string[] {
  const state: GrammarState = { violations: [], choices: new Map(), started: false, failed: false, ended: false };
  for (const event of events) {
    if (state.ended) state.violations.push(`${event.type} after end`);
    else if (state.failed && event.type !== 'end') state.violations.push(`${event.type} after error`);
    else checkEvent(state, event);
  }
  if (!state.ended) state.violations.push('no end');
  return state.violations;
}

function checkEvent(state: GrammarState, event: StreamEvent): void {
  if (!state.started && !['start', 'error', 'end', 'ping'].includes(event.type)) {
    state.violations.push(`${event.type} before start`);
  }
  switch (event.type) {
    case 'ping':
    case 'usage':
      return;
    case 'start':
      if (state.started) state.violations.push('a second start');
      state.started = true;
      return;
    case 'error':
      state.failed = true;
      return;
    case 'end':
      state.ended = true;
      if (!state.failed) checkCompleteness(state);
      return;
    case 'finish':
      checkFinish(state, event.choice);
      return;
    default:
      checkBlockEvent(state, event);
  }
}

function checkCompleteness(state: GrammarState): void {
  if (!state.started) state.violations.push('end without start or error');
  if (state.started && state.choices.size === 0) state.violations.push('end without any finish');
  for (const [number, choice] of state.choices) {
    if (!choice.finished) state.violations.push(`choice ${number} has no finish`);
  }
}

function checkFinish(state: GrammarState, number: number): void {
  const choice = choiceState(state, number);
  if (choice.finished) state.violations.push(`choice ${number} finishes twice`);
  for (const [index, kind] of choice.open) state.violations.push(`${kind} ${number}/${index} is open at finish`);
  choice.finished = true;
}

function checkBlockEvent(state: GrammarState, event: Extract<StreamEvent, { readonly index: number }>): void {
  const choice = choiceState(state, event.choice);
  const place = `${event.choice}/${event.index}`;
  if (choice.finished) state.violations.push(`${event.type} ${place} after finish`);
  switch (event.type) {
    case 'text-start':
    case 'reasoning-start':
    case 'refusal-start':
    case 'tool-call-start':
    case 'redacted-reasoning':
    case 'opaque': {
      if (event.index !== choice.nextIndex) {
        state.violations.push(`${event.type} ${place} appears where index ${choice.nextIndex} is next`);
      }
      choice.nextIndex = Math.max(choice.nextIndex, event.index + 1);
      const kind = kindOf(event.type);
      if (kind !== undefined) choice.open.set(event.index, kind);
      return;
    }
    case 'text-delta':
    case 'text-end':
    case 'reasoning-delta':
    case 'reasoning-end':
    case 'refusal-delta':
    case 'refusal-end':
    case 'tool-call-delta':
    case 'tool-call-end':
      if (choice.open.get(event.index) !== kindOf(event.type)) {
        state.violations.push(`${event.type} ${place} without an open block of its kind`);
      }
      if (event.type.endsWith('-end')) choice.open.delete(event.index);
      return;
    default:
      assertNever(event);
  }
}

function kindOf(type: string): BlockKind | undefined {
  const kinds: readonly BlockKind[] = ['text', 'reasoning', 'refusal', 'tool-call'];
  return kinds.find((kind) => type.startsWith(`${kind}-`));
}

function choiceState(state: GrammarState, number: number): ChoiceState {
  const known = state.choices.get(number);
  if (known !== undefined) return known;
  const fresh: ChoiceState = { nextIndex: 0, finished: false, open: new Map() };
  state.choices.set(number, fresh);
  return fresh;
}
