import { validateResponsesResponse } from '../validate/openai-responses-response.js';
import { validateResponsesStream } from '../validate/openai-responses-stream.js';
import { openaiSpecification } from '../validate/openai-specification.js';
import { frameEvent } from './answer.js';
import { responsesBody, responsesPayloads } from './sample-responses.js';
import type { Sample } from './sample.js';

const call = { id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' };
const SAMPLES: readonly Sample[] = [
  {},
  { toolCalls: [call, { ...call, id: 'call_2' }], cachedTokens: 4 },
  { pieces: ['Let me', ' look.'], toolCalls: [call] },
  { pieces: [''] },
  { id: 'other', reasoning: { text: 'Hm, well.', signature: 'c2ln' }, toolCalls: [call] },
];
const specification = openaiSpecification();

describe.each(SAMPLES)('the Responses sample of %j', (sample) => {
  it('is what the API answers, whole and streamed', () => {
    expect(validateResponsesResponse(responsesBody(sample))).toEqual([]);
    const events = responsesPayloads(sample).map((payload) => frameEvent('openai-responses', payload).toString());
    expect(validateResponsesStream(events.join(''))).toEqual([]);
  });

  (specification.present ? it : it.skip)('is as OpenAI specifies it', () => {
    expect(specification.check('Response', responsesBody(sample))).toEqual([]);
    for (const event of responsesPayloads(sample)) {
      expect(specification.check('ResponseStreamEvent', event)).toEqual([]);
    }
  });
});
