import { GatewayError } from '@switchyard/canonical';

import { openaiChat } from '../openai-chat/dialect.js';
import { openaiCompletions } from './dialect.js';
import { legacyOnlyField } from './legacy-only.js';

const OPTIONS = { model: 'client-model', includeUsage: true, nowSeconds: 1_700_000_000 };

function refusal(body: unknown): unknown {
  try {
    return openaiCompletions.decodeRequest(body);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return [error.code, error.param];
  }
}

describe('a completion request', () => {
  it('becomes a chat of one user turn, and its vendor fields go where a chat keeps them', () => {
    const { value, warnings } = openaiCompletions.decodeRequest({
      model: 'm',
      prompt: ['Once upon'],
      max_tokens: 9,
      stop: 'END',
      stream: true,
      stream_options: { include_usage: true },
      echo: false,
      best_of: 1,
      logprobs: null,
      suffix: '',
      logit_bias: { 5: -100 },
    });
    expect(warnings).toEqual([]);
    expect(openaiChat.encodeRequest(value, { model: 'upstream' })).toEqual({
      value: {
        model: 'upstream',
        messages: [{ role: 'user', content: 'Once upon' }],
        stream: true,
        stream_options: { include_usage: true },
        max_tokens: 9,
        stop: ['END'],
        logit_bias: { 5: -100 },
      },
      warnings: [],
    });
    expect(value.includeUsage).toBe(true);
  });

  it.each([
    ['several prompts', { prompt: ['a', 'b'] }, 'prompt'],
    ['token ids', { prompt: [1, 2] }, 'prompt'],
    ['a suffix', { suffix: 'b' }, 'suffix'],
    ['an echo', { echo: true }, 'echo'],
    ['the best of several', { best_of: 3, n: 2 }, 'best_of'],
  ])('with %s is for a completions endpoint only', (_name, fields, param) => {
    const body = { model: 'm', prompt: 'a', ...fields };
    expect(legacyOnlyField(body)?.field).toBe(param);
    expect(refusal(body)).toEqual(['untranslatable_field', param]);
  });

  it.each([
    [0, { logprobs: true }],
    [2, { logprobs: true, top_logprobs: 2 }],
  ])('with %i alternatives to each token asks the chat for them', (logprobs, asked) => {
    const { value } = openaiCompletions.decodeRequest({ model: 'm', prompt: 'a', logprobs });
    expect(openaiChat.encodeRequest(value, { model: 'm' }).value).toMatchObject(asked);
  });

  it.each([
    ['no prompt', { model: 'm' }, 'prompt'],
    ['a ceiling in words', { model: 'm', prompt: 'a', max_tokens: 'ten' }, 'max_tokens'],
  ])('with %s is invalid', (_name, body, param) => {
    expect(refusal(body)).toEqual(['invalid_request', param]);
  });

  it('is made from a chat as its texts, with what has no place told', () => {
    const { value, warnings } = openaiCompletions.encodeRequest(
      openaiChat.decodeRequest({
        model: 'm',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a/b.png' } }] },
        ],
        tools: [{ type: 'function', function: { name: 'f' } }],
        temperature: 0,
      }).value,
      { model: 'upstream' },
    );
    expect(value).toEqual({ model: 'upstream', prompt: 'Be brief.', temperature: 0 });
    expect(warnings.map(({ type, field }) => [type, field])).toEqual([
      ['dropped', 'tools'],
      ['approximated', 'messages'],
      ['dropped', 'messages[user].content[image url]'],
    ]);
  });
});

describe('a completion', () => {
  it('is made from a chat’s answer, without what has no place in it', () => {
    const answer = openaiChat.decodeResponse({
      id: 'chatcmpl-1',
      created: 5,
      model: 'm',
      choices: [
        {
          message: { content: 'Hi', reasoning_content: 'hm', tool_calls: [{ id: 'c', function: { name: 'f' } }] },
          finish_reason: 'tool_calls',
        },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 4 },
    });
    const { value, warnings } = openaiCompletions.encodeResponse(answer, OPTIONS);
    expect(value).toMatchObject({
      id: 'chatcmpl-1',
      object: 'text_completion',
      created: 5,
      model: 'client-model',
      choices: [{ text: 'Hi', index: 0, logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    });
    expect(warnings.map(({ field }) => field)).toEqual([
      'choices[].content[reasoning]',
      'choices[].content[tool-call]',
    ]);
  });

  it('is streamed in chunks of text', () => {
    const encoder = openaiCompletions.createStreamEncoder(OPTIONS);
    const place = { choice: 0, index: 0 };
    const frames = [
      encoder.next({ type: 'start', id: 'x', model: 'm', createdAt: 5 }),
      encoder.next({ type: 'text-start', ...place }),
      encoder.next({ type: 'text-delta', text: 'Hi', ...place }),
      encoder.next({ type: 'text-end', ...place }),
      encoder.next({ type: 'finish', choice: 0, finish: { reason: 'length' } }),
      encoder.next({ type: 'end' }),
    ];
    const chunk = (text: string, reason: string | null): string =>
      `data: {"id":"x","object":"text_completion","created":5,"model":"client-model","choices":[{"text":"${text}","index":0,"logprobs":null,"finish_reason":${JSON.stringify(reason)}}]}\n\n`;
    expect(frames).toEqual([chunk('', null), '', chunk('Hi', null), '', chunk('', 'length'), 'data: [DONE]\n\n']);
  });
});
