import type { DialectId } from '@switchyard/canonical';
import { sharedFixtures, type Fixture } from '@switchyard/testkit';

import { isJsonObject, parseJson } from '../json/json-object.js';

/** A recorded answer of a provider, and the dialect it is in. */
export interface Recording {
  readonly name: string;
  readonly upstream: DialectId;
  readonly type: Fixture['type'];
  /** The body, or the bytes of the stream. */
  readonly text: string;
}

const fixtures = sharedFixtures();

/** False where `../shared/fixtures` is not beside the repository; then there are no recordings. */
export const recordingsPresent = fixtures.present;

export const RECORDINGS: readonly Recording[] = [
  ...fixtures.openaiChat.map((fixture) => recording('openai-chat', fixture)),
  ...fixtures.openaiResponses.map((fixture) => recording('openai-responses', fixture)),
  ...fixtures.anthropic.map((fixture) => recording('anthropic-messages', fixture)),
  ...fixtures.gemini.map((fixture) => recording('gemini', fixture)),
];

function recording(upstream: DialectId, { name, type, payloads }: Fixture): Recording {
  if (type === 'whole') return { name, upstream, type, text: payloads.join('') };
  // Recordings leave the terminal mark of openai-chat out.
  const all = upstream === 'openai-chat' ? [...payloads, '[DONE]'] : payloads;
  return { name, upstream, type, text: all.map(frame).join('') };
}

function frame(payload: string): string {
  const value = parseJson(payload);
  const type = isJsonObject(value) ? value['type'] : undefined;
  return `${typeof type === 'string' ? `event: ${type}\n` : ''}data: ${payload}\n\n`;
}
