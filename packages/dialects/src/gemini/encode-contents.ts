import type { Block, CanonicalRequest, Message } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { isJsonObject } from '../json/json-object.js';
import type { LossLog } from '../losses/loss-log.js';
import { blockPath, messagePath } from '../losses/field-path.js';
import { GEMINI } from './decode-parts.js';
import { encodePart, type PartContext } from './encode-parts.js';
import type { ModelTraits } from './model-traits.js';

export interface EncodedContents {
  readonly systemInstruction: JsonObject | undefined;
  readonly contents: readonly JsonObject[];
}

interface Turn {
  readonly role: 'user' | 'model';
  readonly fields: JsonObject;
  readonly parts: readonly JsonObject[];
}

/**
 * The conversation as Gemini takes it: leading instructions apart, then alternating turns that begin with the user's.
 * Later instructions become user text.
 */
export function encodeContents(request: CanonicalRequest, traits: ModelTraits, log: LossLog): EncodedContents {
  const { messages } = request;
  const context = { log, functions: new Map<string, string>() };
  const firstTurn = messages.findIndex((message) => !isInstruction(message));
  const leading = firstTurn === -1 ? messages.length : firstTurn;
  const instructions = messages.slice(0, leading).flatMap((message) => {
    return encodeMessage(message, messagePath(message), context);
  });
  const turns = messages.slice(leading).map((message) => encodeTurn(message, messagePath(message), context));
  const merged = mergeTurns(turns).map((turn) => (traits.needsSignatures ? withSignature(turn, log) : turn));
  return {
    systemInstruction: instructions.length === 0 ? undefined : { parts: instructions },
    contents: finishTurns(merged, log),
  };
}

function isInstruction({ role }: Message): boolean {
  return role === 'system' || role === 'developer';
}

function encodeTurn(message: Message, path: string, context: PartContext): Turn {
  const fields = ownFields(GEMINI, message.extensions);
  if (message.role !== 'assistant' && message.role !== 'user') {
    context.log.approximated(`${path}.role`, `a ${message.role} turn amid the conversation becomes user text`);
  }
  const role = message.role === 'assistant' ? 'model' : 'user';
  return { role, fields, parts: encodeMessage(message, path, context) };
}

function encodeMessage(message: Message, path: string, context: PartContext): JsonObject[] {
  const { log } = context;
  log.foreignFields(message.extensions, path);
  if (message.name !== undefined) log.dropped(`${path}.name`, 'gemini has no names of speakers');
  const parts: JsonObject[] = [];
  for (const block of message.content) {
    const place = blockPath(path, block);
    if (isInstruction(message) && !isInstructive(block)) {
      log.dropped(place, `instructions hold text only, not ${block.type}`);
      continue;
    }
    const part = encodePart({ block, path: place }, context);
    if (part !== undefined) parts.push(part);
  }
  return parts;
}

function isInstructive(block: Block): boolean {
  return block.type === 'text' || block.type === 'opaque';
}

/** Turns of one speaker in a row become one, and results go first: they must follow the turn that called for them. */
function mergeTurns(turns: readonly Turn[]): Turn[] {
  const merged: Turn[] = [];
  for (const turn of turns) {
    if (turn.parts.length === 0) continue;
    const previous = merged.at(-1);
    if (previous?.role === turn.role) {
      const fields = { ...previous.fields, ...turn.fields };
      merged[merged.length - 1] = { ...turn, fields, parts: [...previous.parts, ...turn.parts] };
    } else merged.push(turn);
  }
  return merged.map((turn) => (turn.role === 'user' ? { ...turn, parts: resultsFirst(turn.parts) } : turn));
}

function resultsFirst(parts: readonly JsonObject[]): JsonObject[] {
  const isResult = (part: JsonObject) => part['functionResponse'] !== undefined;
  return [...parts.filter(isResult), ...parts.filter((part) => !isResult(part))];
}

/**
 * What stands for the signature of a call that another model made, or whose client kept none: the first call of a turn
 * needs one. (Gemini API documentation, "Thought signatures", calls from other models)
 */
const NO_SIGNATURE = 'skip_thought_signature_validator';

function withSignature(turn: Turn, log: LossLog): Turn {
  const first = turn.parts.findIndex((part) => part['functionCall'] !== undefined);
  const part = turn.parts[first];
  if (turn.role !== 'model' || part === undefined || part['thoughtSignature'] !== undefined) return turn;
  const call = isJsonObject(part['functionCall']) ? String(part['functionCall']['name']) : '';
  log.approximated('messages', `the call of ${call} has no thought signature; the model is told to do without`);
  return { ...turn, parts: turn.parts.with(first, { ...part, thoughtSignature: NO_SIGNATURE }) };
}

function finishTurns(turns: readonly Turn[], log: LossLog): JsonObject[] {
  const contents = turns.map(({ role, fields, parts }): JsonObject => ({ ...fields, role, parts }));
  if (turns[0]?.role === 'user') return contents;
  log.approximated('messages', 'the conversation must begin with a user turn; one was added');
  return [{ role: 'user', parts: [{ text: '.' }] }, ...contents];
}
