import Anthropic from '@anthropic-ai/sdk';
import { startReplayUpstream, type ReplayUpstream } from '@switchyard/testkit';
import OpenAI from 'openai';

import { CLIENT_KEY } from './call-gateway.js';
import { SHAPES, startWorld, type World } from './start-world.js';
import { configOf, MODELS } from './two-dialects.js';
import { upstreamAnswer, type UpstreamSaying } from './upstream-answers.js';

const OPENAI = MODELS['openai-chat'].asked;
const CLAUDE = MODELS['anthropic-messages'].asked;

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const SCHEMA = { type: 'object' as const, properties: { city: { type: 'string' } } };
const OPENAI_TOOLS = [{ type: 'function' as const, function: { name: 'weather', parameters: SCHEMA } }];
const ANTHROPIC_TOOLS = [{ name: 'weather', input_schema: SCHEMA }];

type OpenaiRequest = Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'stream' | 'messages' | 'model'> &
  Partial<Pick<OpenAI.ChatCompletionCreateParamsNonStreaming, 'messages' | 'model'>>;
type AnthropicRequest = Partial<Anthropic.MessageCreateParamsNonStreaming>;

/** An openai-chat answer as its official client shows it, streamed or not. */
interface OpenaiSeen {
  readonly text: string;
  readonly reasoning: string;
  readonly refusal: string;
  readonly finish: string | null | undefined;
  readonly usage: OpenAI.CompletionUsage | null | undefined;
}

interface ReasoningField {
  readonly reasoning_content?: string | null;
}

describe.each(SHAPES)('what official clients say and see, through the %s shape', (shape) => {
  let upstream: ReplayUpstream;
  let world: World;
  let openai: OpenAI;
  let anthropic: Anthropic;

  beforeAll(async () => {
    upstream = await startReplayUpstream();
    world = await startWorld({ shape, config: configOf(upstream) });
    openai = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: CLIENT_KEY, maxRetries: 0 });
    // With a timeout of its own the client sends high ceilings without streaming too.
    anthropic = new Anthropic({ baseURL: world.url, apiKey: CLIENT_KEY, maxRetries: 0, timeout: 20_000 });
  }, 60_000);

  afterAll(async () => {
    await world.stop();
    await upstream.close();
  }, 30_000);

  const HELLO = [{ role: 'user' as const, content: 'Hello' }];

  /** What the upstream received for a request of the openai client. */
  async function openaiSends(model: string, request: OpenaiRequest): Promise<unknown> {
    await openai.chat.completions.create({ model, messages: HELLO, ...request });
    return upstream.requests.at(-1)?.json;
  }

  async function anthropicSends(model: string, request: AnthropicRequest): Promise<unknown> {
    await anthropic.messages.create({ model, max_tokens: 50_000, messages: HELLO, stream: false, ...request });
    return upstream.requests.at(-1)?.json;
  }

  async function openaiSees(saying: UpstreamSaying, stream: boolean): Promise<OpenaiSeen> {
    upstream.script(upstreamAnswer(saying, stream));
    const model = MODELS[saying.dialect].asked;
    if (!stream) {
      const { choices, usage } = await openai.chat.completions.create({ model, messages: HELLO });
      const message: (OpenAI.ChatCompletionMessage & ReasoningField) | undefined = choices[0]?.message;
      return {
        text: message?.content ?? '',
        reasoning: message?.reasoning_content ?? '',
        refusal: message?.refusal ?? '',
        finish: choices[0]?.finish_reason,
        usage,
      };
    }
    let seen: OpenaiSeen = { text: '', reasoning: '', refusal: '', finish: undefined, usage: undefined };
    const options = { stream: true as const, stream_options: { include_usage: true } };
    for await (const { choices, usage } of await openai.chat.completions.create({
      model,
      messages: HELLO,
      ...options,
    })) {
      const delta: (OpenAI.ChatCompletionChunk.Choice.Delta & ReasoningField) | undefined = choices[0]?.delta;
      seen = {
        text: seen.text + (delta?.content ?? ''),
        reasoning: seen.reasoning + (delta?.reasoning_content ?? ''),
        refusal: seen.refusal + (delta?.refusal ?? ''),
        finish: choices[0]?.finish_reason ?? seen.finish,
        usage: usage ?? seen.usage,
      };
    }
    return seen;
  }

  async function anthropicSees(saying: UpstreamSaying, stream: boolean): Promise<Anthropic.Message> {
    upstream.script(upstreamAnswer(saying, stream));
    const request = { model: MODELS[saying.dialect].asked, max_tokens: 1000, messages: HELLO };
    return stream ? anthropic.messages.stream(request).finalMessage() : anthropic.messages.create(request);
  }

  describe('a conversation', () => {
    const instructed: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
      { role: 'user', content: 'One' },
      { role: 'assistant', content: 'Two' },
      { role: 'user', content: [{ type: 'text', text: 'Three' }] },
    ];
    const turns: Anthropic.MessageParam[] = [
      { role: 'user', content: 'One' },
      { role: 'assistant', content: [{ type: 'text', text: 'Two' }] },
      { role: 'user', content: [{ type: 'text', text: 'Three' }] },
    ];

    it('of openai keeps its instructions and turns at both upstreams', async () => {
      expect(await openaiSends(OPENAI, { messages: instructed })).toMatchObject({ messages: instructed });
      expect(await openaiSends(CLAUDE, { messages: instructed })).toMatchObject({
        system: [
          { type: 'text', text: 'Be brief.' },
          { type: 'text', text: 'Be kind.' },
        ],
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'One' }] },
          { role: 'assistant', content: [{ type: 'text', text: 'Two' }] },
          { role: 'user', content: [{ type: 'text', text: 'Three' }] },
        ],
      });
    });

    it.each([['text', 'Be brief.'] as const, ['blocks', [{ type: 'text' as const, text: 'Be brief.' }]] as const])(
      'of anthropic keeps its system (%s) and turns at both upstreams',
      async (_form, system) => {
        const request = { system: typeof system === 'string' ? system : [...system], messages: turns };
        expect(await anthropicSends(CLAUDE, request)).toMatchObject(request);
        expect(await anthropicSends(OPENAI, request)).toMatchObject({
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'One' },
            { role: 'assistant', content: 'Two' },
            { role: 'user', content: 'Three' },
          ],
        });
      },
    );
  });

  describe('images', () => {
    const url = 'https://example.com/cat.png';
    const openaiParts: OpenAI.ChatCompletionContentPart[] = [
      { type: 'text', text: 'Look' },
      { type: 'image_url', image_url: { url } },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
    ];
    const anthropicBlocks: Anthropic.ContentBlockParam[] = [
      { type: 'text', text: 'Look' },
      { type: 'image', source: { type: 'url', url } },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
    ];

    it.each([
      [OPENAI, openaiParts],
      [CLAUDE, anthropicBlocks],
    ])('by address and as data reach %s from both clients', async (model, content) => {
      const expected = { messages: [{ role: 'user', content }] };
      expect(await openaiSends(model, { messages: [{ role: 'user', content: openaiParts }] })).toMatchObject(expected);
      expect(await anthropicSends(model, { messages: [{ role: 'user', content: anthropicBlocks }] })).toMatchObject(
        expected,
      );
    });
  });

  describe('tools', () => {
    const named = { type: 'function' as const, function: { name: 'weather' } };
    it.each([
      ['auto' as const, { type: 'auto' as const }],
      ['none' as const, { type: 'none' as const }],
      ['required' as const, { type: 'any' as const }],
      [named, { type: 'tool' as const, name: 'weather' }],
    ])('a choice of %j is %j in the other dialect', async (openaiChoice, anthropicChoice) => {
      const inOpenai = { tools: OPENAI_TOOLS, tool_choice: openaiChoice };
      const inAnthropic = { tools: ANTHROPIC_TOOLS, tool_choice: anthropicChoice };
      expect(await openaiSends(OPENAI, inOpenai)).toMatchObject(inOpenai);
      expect(await openaiSends(CLAUDE, inOpenai)).toMatchObject(inAnthropic);
      expect(await anthropicSends(OPENAI, inAnthropic)).toMatchObject(inOpenai);
      expect(await anthropicSends(CLAUDE, inAnthropic)).toMatchObject(inAnthropic);
    });

    it('one call at a time is asked for in both dialects', async () => {
      const inOpenai = { tools: OPENAI_TOOLS, parallel_tool_calls: false };
      const inAnthropic = {
        tools: ANTHROPIC_TOOLS,
        tool_choice: { type: 'auto' as const, disable_parallel_tool_use: true },
      };
      expect(await openaiSends(CLAUDE, inOpenai)).toMatchObject(inAnthropic);
      expect(await anthropicSends(OPENAI, inAnthropic)).toMatchObject(inOpenai);
    });
  });

  describe('reasoning', () => {
    const thinking = 'Let me think. It is two.';
    const signed = { type: 'thinking' as const, thinking, signature: 'c2lnbmVkIGJ5IGl0cyBtYWtlcg==' };
    const text = { type: 'text' as const, text: 'Two.' };
    const claudeThinks: UpstreamSaying = { dialect: 'anthropic-messages', blocks: [signed, text] };
    const openaiThinks: UpstreamSaying = { dialect: 'openai-chat', reasoning: thinking, content: 'Two.' };
    const next = (content: Anthropic.ContentBlock[]): Anthropic.MessageParam[] => [
      ...HELLO,
      { role: 'assistant', content },
      { role: 'user', content: 'And then?' },
    ];

    it.each([false, true])('of claude goes back to it with its signature, streamed: %s', async (stream) => {
      const { content } = await anthropicSees(claudeThinks, stream);
      expect(content).toEqual([signed, text]);
      expect(await anthropicSends(CLAUDE, { messages: next(content) })).toMatchObject({ messages: next([...content]) });
    });

    it.each([false, true])(
      'of an openai upstream shows as thinking, and goes back as it came, streamed: %s',
      async (stream) => {
        const { content } = await anthropicSees(openaiThinks, stream);
        const signature = 'switchyard_proof:openai-chat:reasoning:';
        expect(content).toMatchObject([{ type: 'thinking', thinking, signature }, text]);
        expect(await anthropicSends(OPENAI, { messages: next(content) })).toMatchObject({
          messages: [
            { role: 'user' },
            { role: 'assistant', content: 'Two.', reasoning_content: thinking },
            { role: 'user' },
          ],
        });
        // Claude did not sign it, and would refuse the whole request for it.
        expect(await anthropicSends(CLAUDE, { messages: next(content) })).toMatchObject({
          messages: [{ role: 'user' }, { role: 'assistant', content: [text] }, { role: 'user' }],
        });
      },
    );

    it.each([false, true])('of claude shows as reasoning_content, streamed: %s', async (stream) => {
      expect(await openaiSees(claudeThinks, stream)).toMatchObject({ text: 'Two.', reasoning: thinking });
      expect(await openaiSees(openaiThinks, stream)).toMatchObject({ text: 'Two.', reasoning: thinking });
    });

    it.each([false, true])('in two blocks stays two paragraphs, streamed: %s', async (stream) => {
      const blocks = [signed, text, { ...signed, thinking: 'Or three?' }, { ...text, text: ' Or three.' }];
      const seen = await openaiSees({ dialect: 'anthropic-messages', blocks }, stream);
      expect(seen).toMatchObject({ text: 'Two. Or three.', reasoning: `${thinking}\n\nOr three?` });
    });

    it('is asked for in the words of the upstream', async () => {
      expect(await openaiSends(CLAUDE, { reasoning_effort: 'medium' })).toMatchObject({
        thinking: { type: 'enabled', budget_tokens: 8192 },
      });
      expect(await openaiSends(CLAUDE, { reasoning_effort: 'none' })).toMatchObject({ thinking: { type: 'disabled' } });
      expect(await anthropicSends(OPENAI, { thinking: { type: 'enabled', budget_tokens: 20_000 } })).toMatchObject({
        reasoning_effort: 'high',
      });
      expect(await anthropicSends(OPENAI, { thinking: { type: 'disabled' } })).toMatchObject({
        reasoning_effort: 'none',
      });
    });

    it.each([
      ['high', 'high', { type: 'enabled', budget_tokens: 24_576 }],
      ['8192', 'medium', { type: 'enabled', budget_tokens: 8192 }],
      ['none', 'none', { type: 'disabled' }],
    ])('is asked for by model(%s)', async (suffix, effort, budget) => {
      const ceiling = { max_tokens: 40_000 };
      for (const sends of [openaiSends, anthropicSends]) {
        expect(await sends(`${OPENAI}(${suffix})`, ceiling)).toMatchObject({
          model: MODELS['openai-chat'].upstream,
          reasoning_effort: effort,
        });
        expect(await sends(`${CLAUDE}(${suffix})`, ceiling)).toMatchObject({
          model: MODELS['anthropic-messages'].upstream,
          thinking: budget,
          max_tokens: 40_000,
        });
      }
    });
  });

  it('a request whose model has a suffix keeps what only its dialect knows', async () => {
    const inOpenai = { logit_bias: { '5': 1 }, prompt_cache_key: 'thread-1', x_note: [1] };
    expect(await openaiSends(`${OPENAI}(low)`, inOpenai)).toMatchObject({ ...inOpenai, reasoning_effort: 'low' });
    const inAnthropic = {
      system: [{ type: 'text' as const, text: 'Be brief.', cache_control: { type: 'ephemeral' as const } }],
      tools: [...ANTHROPIC_TOOLS, { type: 'web_search_20250305' as const, name: 'web_search' as const }],
      metadata: { user_id: 'u-1' },
      x_note: [1],
    };
    expect(await anthropicSends(`${CLAUDE}(low)`, inAnthropic)).toMatchObject({
      ...inAnthropic,
      thinking: { type: 'enabled', budget_tokens: 1024 },
    });
  });

  describe('the end of an answer', () => {
    it('is asked for by stop sequences', async () => {
      expect(await openaiSends(CLAUDE, { stop: 'END' })).toMatchObject({ stop_sequences: ['END'] });
      expect(await openaiSends(CLAUDE, { stop: ['END', '\n\nUser:'] })).toMatchObject({
        stop_sequences: ['END', '\n\nUser:'],
      });
      expect(await anthropicSends(OPENAI, { stop_sequences: ['END', 'STOP'] })).toMatchObject({
        stop: ['END', 'STOP'],
      });
    });

    const claude = 'anthropic-messages';
    const openaiChat = 'openai-chat';
    it.each<[string, UpstreamSaying, string, string]>([
      ['a finished turn', { dialect: claude, stop: 'end_turn' }, 'stop', 'end_turn'],
      ['the ceiling', { dialect: claude, stop: 'max_tokens' }, 'length', 'max_tokens'],
      ['a stop sequence', { dialect: claude, stop: 'stop_sequence', stopSequence: 'END' }, 'stop', 'stop_sequence'],
      ['a refusal', { dialect: claude, stop: 'refusal', blocks: [] }, 'content_filter', 'refusal'],
      ['a pause', { dialect: claude, stop: 'pause_turn' }, 'stop', 'pause_turn'],
      [
        'a full window',
        { dialect: claude, stop: 'model_context_window_exceeded' },
        'length',
        'model_context_window_exceeded',
      ],
      ['a finished answer', { dialect: openaiChat, finish: 'stop' }, 'stop', 'end_turn'],
      ['the ceiling', { dialect: openaiChat, finish: 'length' }, 'length', 'max_tokens'],
      ['the content filter', { dialect: openaiChat, finish: 'content_filter' }, 'content_filter', 'refusal'],
      ['a refusal', { dialect: openaiChat, content: null, refusal: 'I will not.' }, 'stop', 'refusal'],
    ])('by %s of %j is %s and %s', async (_name, saying, finish, stopReason) => {
      for (const stream of [false, true]) {
        expect((await openaiSees(saying, stream)).finish).toBe(finish);
        const message = await anthropicSees(saying, stream);
        const stopSequence = saying.dialect === claude ? (saying.stopSequence ?? null) : null;
        expect([message.stop_reason, message.stop_sequence]).toEqual([stopReason, stopSequence]);
      }
    });

    it.each([false, true])(
      'by a refusal of an openai upstream shows its words to both, streamed: %s',
      async (stream) => {
        const saying: UpstreamSaying = { dialect: openaiChat, content: null, refusal: 'I will not.' };
        expect(await openaiSees(saying, stream)).toMatchObject({ text: '', refusal: 'I will not.' });
        expect((await anthropicSees(saying, stream)).content).toMatchObject([{ type: 'text', text: 'I will not.' }]);
      },
    );
  });

  describe('usage with cached tokens', () => {
    const ofClaude: UpstreamSaying = {
      dialect: 'anthropic-messages',
      usage: {
        input_tokens: 9,
        cache_read_input_tokens: 40,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
        output_tokens: 5,
      },
    };
    const ofOpenai: UpstreamSaying = {
      dialect: 'openai-chat',
      usage: {
        prompt_tokens: 100,
        completion_tokens: 20,
        total_tokens: 120,
        prompt_tokens_details: { cached_tokens: 40 },
        completion_tokens_details: { reasoning_tokens: 8 },
      },
    };

    it.each([false, true])('counts them beside the input for anthropic, streamed: %s', async (stream) => {
      expect((await anthropicSees(ofClaude, stream)).usage).toMatchObject(ofClaude.usage ?? {});
      expect((await anthropicSees(ofOpenai, stream)).usage).toMatchObject({
        input_tokens: 60,
        cache_read_input_tokens: 40,
        cache_creation_input_tokens: 0,
        output_tokens: 20,
      });
    });

    it.each([false, true])('counts them within the prompt for openai, streamed: %s', async (stream) => {
      expect((await openaiSees(ofOpenai, stream)).usage).toEqual(ofOpenai.usage);
      expect((await openaiSees(ofClaude, stream)).usage).toMatchObject({
        prompt_tokens: 79,
        completion_tokens: 5,
        total_tokens: 84,
        prompt_tokens_details: { cached_tokens: 40 },
      });
    });
  });

  describe('what does not survive translation', () => {
    const losing = { model: CLAUDE, messages: HELLO, logit_bias: { '5': 1 }, seed: 7 };
    const strict = { headers: { 'x-switchyard-strict': 'true' } };
    const topK = { model: OPENAI, max_tokens: 100, messages: HELLO, top_k: 5 };

    it('is named in a header', async () => {
      const { response } = await openai.chat.completions.create(losing).withResponse();
      expect(response.headers.get('x-switchyard-dropped')?.split(', ').sort()).toEqual(['logit_bias', 'seed']);
      const other = await anthropic.messages.create(topK).withResponse();
      expect(other.response.headers.get('x-switchyard-dropped')).toBe('top_k');
    });

    it('is named in a header of a stream', async () => {
      const { data, response } = await openai.chat.completions.create({ ...losing, stream: true }).withResponse();
      expect(response.headers.get('x-switchyard-dropped')?.split(', ').sort()).toEqual(['logit_bias', 'seed']);
      data.controller.abort();
      const other = await anthropic.messages.create({ ...topK, stream: true }).withResponse();
      expect(other.response.headers.get('x-switchyard-dropped')).toBe('top_k');
      other.data.controller.abort();
    });

    it('is refused in strict mode, before anything is sent', async () => {
      const sent = upstream.requests.length;
      await expect(openai.chat.completions.create(losing, strict)).rejects.toMatchObject({
        status: 400,
        param: 'logit_bias',
        code: 'untranslatable_field',
      });
      const error = await anthropic.messages.create(topK, strict).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Anthropic.BadRequestError);
      expect(String(error)).toContain('top_k');
      expect(upstream.requests).toHaveLength(sent);
    });

    it('is nothing where the upstream speaks the dialect of the client', async () => {
      const { response } = await openai.chat.completions.create({ ...losing, model: OPENAI }, strict).withResponse();
      expect(response.headers.get('x-switchyard-dropped')).toBeNull();
      expect(upstream.requests.at(-1)?.json).toMatchObject({ logit_bias: { '5': 1 }, seed: 7 });
    });
  });

  it('sends nothing malformed upstream', () => {
    upstream.assertNoViolations();
  });
});
