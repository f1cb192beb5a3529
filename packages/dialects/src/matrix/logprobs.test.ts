import { foldStream, type CanonicalResponse, type DialectId } from '@switchyard/canonical';

import { chopStream } from '../laws/chop-stream.js';
import { decodeStream, encodeStream, options, scan } from '../laws/stream-bytes.js';
import { dialectById } from '../registry/dialects.js';

const TOKENS = [
  { token: 'Hi', logprob: -0.25, top: [{ token: 'Hi', logprob: -0.25 }] },
  { token: ' 世', logprob: -1.5, top: [{ token: ' 世', logprob: -1.5 }] },
];

const ANSWER: CanonicalResponse = {
  id: 'id_1',
  model: 'm',
  createdAt: 1,
  choices: [{ content: [{ type: 'text', text: 'Hi 世', logprobs: TOKENS }], finish: { reason: 'stop' } }],
};

function logprobsIn(response: CanonicalResponse | undefined): unknown {
  return response?.choices[0]?.content.flatMap((block) => (block.type === 'text' ? (block.logprobs ?? []) : []));
}

describe('the probabilities of tokens', () => {
  it.each<DialectId>(['openai-chat', 'openai-completions', 'openai-responses', 'gemini'])(
    'reach clients of %s, whole and streamed',
    (client) => {
      const dialect = dialectById(client);
      const { value, warnings } = dialect.encodeResponse(ANSWER, options);
      expect(warnings).toEqual([]);
      expect(logprobsIn(dialect.decodeResponse(JSON.parse(JSON.stringify(value))))).toEqual(TOKENS);
      const bytes = encodeStream(dialect, chopStream(ANSWER, 1));
      expect(logprobsIn(foldStream(decodeStream(dialect, scan([bytes]))).response)).toEqual(TOKENS);
    },
  );

  it('stand side by side in a legacy completion, with their places in its text', () => {
    const { value } = dialectById('openai-completions').encodeResponse(ANSWER, options);
    expect(value['choices']).toMatchObject([
      {
        logprobs: {
          tokens: ['Hi', ' 世'],
          token_logprobs: [-0.25, -1.5],
          top_logprobs: [{ Hi: -0.25 }, { ' 世': -1.5 }],
          text_offset: [0, 2],
        },
      },
    ]);
  });

  it('of pieces of a character keep the bytes that the words do not show', () => {
    const token = { token: '\\xe4\\xb8', logprob: -1, bytes: [0xe4, 0xb8], top_logprobs: [] };
    const message = { role: 'assistant', content: '世' };
    const choice = { index: 0, message, finish_reason: 'stop', logprobs: { content: [token], refusal: null } };
    const decoded = dialectById('openai-chat').decodeResponse({ id: 'x', model: 'm', choices: [choice] });
    const { value } = dialectById('openai-responses').encodeResponse(decoded, options);
    expect(value['output']).toMatchObject([{ content: [{ logprobs: [token] }] }]);
  });

  it('that only the end of a text tells arrive with it', () => {
    const token = { token: 'Hi', logprob: -0.5, bytes: [72, 105], top_logprobs: [] };
    const part = { type: 'output_text', text: 'Hi', annotations: [], logprobs: [token] };
    const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
    const message = { type: 'message', id: 'msg_1', role: 'assistant', content: [part] };
    const events = [
      { type: 'response.created', response: { id: 'resp_1', model: 'm' } },
      { type: 'response.output_text.delta', ...place, delta: 'Hi', logprobs: [] },
      { type: 'response.output_text.done', ...place, text: 'Hi', logprobs: [token] },
      { type: 'response.completed', response: { id: 'resp_1', model: 'm', status: 'completed', output: [message] } },
    ];
    const bytes = Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
    const told = decodeStream(dialectById('openai-responses'), scan([bytes]));
    expect(logprobsIn(foldStream(told).response)).toEqual([{ token: 'Hi', logprob: -0.5, top: [] }]);
    const chat = decodeStream(dialectById('openai-chat'), scan([encodeStream(dialectById('openai-chat'), told)]));
    expect(logprobsIn(foldStream(chat).response)).toEqual([{ token: 'Hi', logprob: -0.5, top: [] }]);
  });
});
