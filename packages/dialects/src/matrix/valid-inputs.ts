import type { CanonicalRequest, DialectId } from '@switchyard/canonical';
import fc from 'fast-check';

import { parseJson } from '../json/json-object.js';
import { conversations } from '../laws/arbitrary-request.js';
import { arbitraryResponse } from '../laws/arbitrary-response.js';
import { chopStream } from '../laws/chop-stream.js';
import { encodeStream, options, scan } from '../laws/stream-bytes.js';
import { dialectById } from '../registry/dialects.js';
import type { SseEvent } from '../sse/scan-sse.js';

const LOOK = {
  type: 'function',
  name: 'look',
  description: 'Looks.',
  parameters: { type: 'object', properties: { at: { type: 'string', enum: ['a'] } }, required: ['at'] },
  strict: true,
} as const;

/** What a request can ask for beside its conversation. */
const WISHES: fc.Arbitrary<Partial<CanonicalRequest>> = fc.record(
  {
    tools: fc.constant([LOOK]),
    toolChoice: fc.constantFrom({ type: 'auto' }, { type: 'required' }, { type: 'tool', name: 'look' }),
    parallelToolCalls: fc.boolean(),
    topP: fc.constant(0.5),
    topK: fc.constant(5),
    stopSequences: fc.constant(['END']),
    seed: fc.constant(7),
    choiceCount: fc.constant(1),
    frequencyPenalty: fc.constant(0.5),
    presencePenalty: fc.constant(0.5),
    logprobs: fc.constant({ top: 2 }),
    reasoning: fc.constantFrom({ type: 'effort', effort: 'low' }, { type: 'budget', tokens: 2000 }, { type: 'off' }),
    responseFormat: fc.constant({ type: 'json-schema', name: 'x', schema: LOOK.parameters, strict: true }),
    userId: fc.constant('u'),
    metadata: fc.constant({ team: 'a' }),
    serviceTier: fc.constant('auto'),
    store: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** Bodies of requests as clients of the dialect write them. */
export function validRequests(dialect: DialectId): fc.Arbitrary<unknown> {
  return fc.tuple(conversations, WISHES).map(([[request], wishes]) => {
    const { value } = dialectById(dialect).encodeRequest({ ...request, ...wishes }, { model: 'm' });
    return plain(value);
  });
}

/** Bodies of whole answers as providers write them. */
export function validAnswers(dialect: DialectId): fc.Arbitrary<unknown> {
  return arbitraryResponse(dialect).map((answer) => plain(dialectById(dialect).encodeResponse(answer, options).value));
}

/** The events of streams as providers send them. */
export function validStreams(dialect: DialectId): fc.Arbitrary<readonly SseEvent[]> {
  return fc
    .tuple(arbitraryResponse(dialect), fc.nat())
    .map(([answer, seed]) => scan([encodeStream(dialectById(dialect), chopStream(answer, seed))]));
}

function plain(value: unknown): unknown {
  return parseJson(JSON.stringify(value));
}
