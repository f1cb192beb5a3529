import Anthropic from '@anthropic-ai/sdk';
import { anthropicPayloads, openaiChatPayloads, startReplayUpstream, type ReplayUpstream } from '@switchyard/testkit';
import OpenAI from 'openai';

import { SHAPES, startWorld, type World } from './start-world.js';

const KEY = 'client-key-of-the-tests';

const configOf = (upstream: ReplayUpstream): string => `
# Each case finds its credentials well: health is not what these are about.
disable-cooling: true
api-keys: ["${KEY}"]
claude-api-key:
  - api-key: upstream-key
    base-url: ${upstream.url}
    prefix: claude
    models: [{ name: claude-sonnet-4-5, alias: sonnet }]
openai-compatibility:
  - name: local
    prefix: local
    base-url: ${upstream.url}/v1
    api-key-entries: [{ api-key: upstream-key }]
    models: [{ name: upstream-model, alias: small }]
`;

const WEATHER = {
  name: 'weather',
  description: 'The weather of a city',
  schema: { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] },
};
const CALLS = [
  { id: 'call_one', name: 'weather', arguments: '{"city":"Oslo"}' },
  { id: 'call_two', name: 'weather', arguments: '{"city":"Bergen"}' },
];

describe.each(SHAPES)('official clients against the %s shape', (shape) => {
  let upstream: ReplayUpstream;
  let world: World;
  let openai: OpenAI;
  let anthropic: Anthropic;

  beforeAll(async () => {
    upstream = await startReplayUpstream();
    world = await startWorld({ shape, config: configOf(upstream) });
    openai = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: KEY, maxRetries: 0 });
    anthropic = new Anthropic({ baseURL: world.url, apiKey: KEY, maxRetries: 0 });
  }, 60_000);

  afterAll(async () => {
    await world.stop();
    await upstream.close();
  }, 30_000);

  describe.each(['local/small', 'claude/sonnet'])('asking for %s', (model) => {
    it('openai gets a whole answer with its usage', async () => {
      const answer = await openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hello' }] });
      expect(answer.choices[0]?.message.content).toBe('Hello from upstream.');
      expect(answer.choices[0]?.finish_reason).toBe('stop');
      expect(answer.usage).toMatchObject({ prompt_tokens: 9, completion_tokens: 5 });
    });

    it('openai gets a streamed answer', async () => {
      const stream = openai.chat.completions.stream({
        model,
        messages: [{ role: 'user', content: 'Hello' }],
        stream_options: { include_usage: true },
      });
      let text = '';
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
      expect(text).toBe('Hello from upstream.');
      expect((await stream.finalChatCompletion()).usage?.completion_tokens).toBe(5);
    });

    it('anthropic gets a whole answer with its usage', async () => {
      const answer = await anthropic.messages.create({
        model,
        max_tokens: 100,
        messages: [{ role: 'user', content: 'Hello' }],
      });
      expect(answer.content).toMatchObject([{ type: 'text', text: 'Hello from upstream.' }]);
      expect(answer.stop_reason).toBe('end_turn');
      expect(answer.usage).toMatchObject({ input_tokens: 9, output_tokens: 5 });
    });

    it('anthropic gets a streamed answer', async () => {
      const stream = anthropic.messages.stream({
        model,
        max_tokens: 100,
        messages: [{ role: 'user', content: 'Hello' }],
      });
      const seen: string[] = [];
      stream.on('text', (text) => seen.push(text));
      const final = await stream.finalMessage();
      expect(seen.join('')).toBe('Hello from upstream.');
      expect(seen.length).toBeGreaterThan(1);
      expect([final.stop_reason, final.usage.output_tokens]).toEqual(['end_turn', 5]);
    });
  });

  it('openai streams parallel tool calls from claude, and sends their results back', async () => {
    upstream.script({ type: 'stream', payloads: anthropicPayloads({ toolCalls: CALLS }) });
    const stream = openai.chat.completions.stream({
      model: 'claude/sonnet',
      messages: [{ role: 'user', content: 'Weather?' }],
      tools: [{ type: 'function', function: { name: 'weather', parameters: WEATHER.schema } }],
    });
    const { choices } = await stream.finalChatCompletion();
    const calls = choices[0]?.message.tool_calls ?? [];
    expect(calls.map((call) => (call.type === 'function' ? [call.id, call.function.arguments] : []))).toEqual([
      ['call_one', '{"city":"Oslo"}'],
      ['call_two', '{"city":"Bergen"}'],
    ]);
    await openai.chat.completions.create({
      model: 'claude/sonnet',
      messages: [
        { role: 'user', content: 'Weather?' },
        { role: 'assistant', content: null, tool_calls: calls },
        { role: 'tool', tool_call_id: 'call_one', content: 'rain' },
        { role: 'tool', tool_call_id: 'call_two', content: 'sun' },
      ],
      tools: [{ type: 'function', function: { name: 'weather', parameters: WEATHER.schema } }],
    });
    expect(upstream.requests.at(-1)?.json).toMatchObject({
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'call_one' },
            { type: 'tool_use', id: 'call_two' },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_one' }, { type: 'tool_result' }] },
      ],
    });
  });

  it('anthropic streams parallel tool calls from an openai upstream, and sends their results back', async () => {
    upstream.script({ type: 'stream', payloads: openaiChatPayloads({ toolCalls: CALLS }) });
    const tools = [{ name: 'weather', input_schema: WEATHER.schema }];
    const stream = anthropic.messages.stream({
      model: 'local/small',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Weather?' }],
      tools,
    });
    const { content, stop_reason: stopReason } = await stream.finalMessage();
    expect(stopReason).toBe('tool_use');
    expect(content).toMatchObject([
      { type: 'tool_use', id: 'call_one', input: { city: 'Oslo' } },
      { type: 'tool_use', id: 'call_two', input: { city: 'Bergen' } },
    ]);
    await anthropic.messages.create({
      model: 'local/small',
      max_tokens: 100,
      tools,
      messages: [
        { role: 'user', content: 'Weather?' },
        { role: 'assistant', content },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'call_one', content: 'rain' },
            { type: 'tool_result', tool_use_id: 'call_two', content: 'sun' },
          ],
        },
      ],
    });
    expect(upstream.requests.at(-1)?.json).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant', tool_calls: [{ id: 'call_one' }, { id: 'call_two' }] },
        { role: 'tool', tool_call_id: 'call_one', content: 'rain' },
        { role: 'tool', tool_call_id: 'call_two', content: 'sun' },
      ],
    });
  });

  it('both see errors as the classes of their own SDK', async () => {
    const messages = [{ role: 'user' as const, content: 'Hello' }];
    await expect(openai.chat.completions.create({ model: 'nobody/none', messages })).rejects.toBeInstanceOf(
      OpenAI.NotFoundError,
    );
    await expect(anthropic.messages.create({ model: 'nobody/none', max_tokens: 1, messages })).rejects.toBeInstanceOf(
      Anthropic.NotFoundError,
    );
    const stranger = new Anthropic({ baseURL: world.url, apiKey: 'wrong', maxRetries: 0 });
    await expect(stranger.messages.create({ model: 'claude/sonnet', max_tokens: 1, messages })).rejects.toBeInstanceOf(
      Anthropic.AuthenticationError,
    );
  });

  it('both list the models their key may use', async () => {
    const expected = ['claude/sonnet', 'local/small', 'small', 'sonnet'];
    const ids: string[] = [];
    for await (const model of openai.models.list()) ids.push(model.id);
    expect(ids).toEqual(expected);
    const anthropicIds: string[] = [];
    for await (const model of anthropic.models.list()) anthropicIds.push(model.id);
    expect(anthropicIds).toEqual(expected);
    expect((await openai.models.retrieve('claude/sonnet')).id).toBe('claude/sonnet');
  });

  it('sends nothing malformed upstream', () => {
    upstream.assertNoViolations();
  });
});
