import Anthropic from '@anthropic-ai/sdk';
import {
  anthropicBody,
  anthropicPayloads,
  frameEvent,
  openaiChatBody,
  openaiChatPayloads,
  startReplayUpstream,
  validateAnthropicStream,
  validateOpenaiChatStream,
  type Answer,
  type RecordedRequest,
  type ReplayUpstream,
  type StreamAnswer,
} from '@switchyard/testkit';
import OpenAI from 'openai';

import { CLIENT_KEY } from './call-gateway.js';
import { eventData, readAnswer } from './read-answer.js';
import { SHAPES, startWorld, type World } from './start-world.js';
import { ask, configOf, MODELS, saying, type RawAnswer, TWO_DIALECT_IDS, type TwoDialectId } from './two-dialects.js';

const EVERY_BYTE = process.env['SWITCHYARD_TEST_LONG'] === '1';
const POSITIONS = 12;
const PATIENCE_MS = EVERY_BYTE ? 600_000 : 20_000;

const ENDINGS = ['cut', 'end-early', 'stall'] as const;
type Ending = (typeof ENDINGS)[number];

/** How many requests are under way at once: those that stall only wait, and may do that together. */
const CROWDS: Readonly<Record<Ending, number>> = { cut: 12, 'end-early': 12, stall: 64 };

const PAIRINGS = TWO_DIALECT_IDS.flatMap((client) => TWO_DIALECT_IDS.map((provider) => ({ client, provider })));

const SAMPLE = {
  pieces: ['Grüße', ' vom 🚀', ' Server.'],
  toolCalls: [{ id: 'call_one', name: 'weather', arguments: '{"city":"Tromsø","days":[1,2]}' }],
};
const PAYLOADS = { 'openai-chat': openaiChatPayloads(SAMPLE), 'anthropic-messages': anthropicPayloads(SAMPLE) };
const BODIES = { 'openai-chat': openaiChatBody(SAMPLE), 'anthropic-messages': anthropicBody(SAMPLE) };
const STREAM_LENGTHS = { 'openai-chat': lengthOf('openai-chat'), 'anthropic-messages': lengthOf('anthropic-messages') };

/** Bytes of the stream up to and with the first event whose text holds the word, or of all of it. */
function lengthOf(dialect: TwoDialectId, word?: string): number {
  const events = PAYLOADS[dialect].map((payload) => frameEvent(dialect, payload));
  const last = word === undefined ? events.length : events.findIndex((event) => event.includes(word)) + 1;
  return Buffer.concat(events.slice(0, last)).length;
}

/** From here on the client has seen content. */
const CONTENT_AT = {
  'openai-chat': lengthOf('openai-chat', 'Grüße'),
  'anthropic-messages': lengthOf('anthropic-messages', 'Grüße'),
};

/**
 * From here on the dialect's terminal proof may have come: only the empty line after it is missing. OpenAI's is the finish
 * reason.
 */
const PROOF_AT = {
  'openai-chat': lengthOf('openai-chat', '"finish_reason":"tool_calls"') - 2,
  'anthropic-messages': STREAM_LENGTHS['anthropic-messages'] - 2,
};

/** Tells the upstream how its answer is to end. */
function prompt(ending: Ending, atByte: number): string {
  return `please ${ending} at byte ${atByte}`;
}

function answerOf(request: RecordedRequest): Answer {
  const dialect = request.dialect === 'anthropic-messages' ? 'anthropic-messages' : 'openai-chat';
  const [, type, at] = request.body.toString().match(/please ([a-z-]+) at byte (\d+)/) ?? [];
  const ending = ENDINGS.find((candidate) => candidate === type);
  const isStream = request.body.includes('"stream":true');
  const answer: StreamAnswer = isStream
    ? { type: 'stream', payloads: PAYLOADS[dialect], writeSizes: [40, 3, 170, 1] }
    : {
        type: 'stream',
        payloads: [Buffer.from(JSON.stringify(BODIES[dialect]))],
        headers: { 'content-type': 'application/json' },
      };
  const isHealthy = request.key === 'spare-key' || ending === undefined;
  return isHealthy ? answer : { ...answer, ending: { type: ending, atByte: Number(at) } };
}

/** Beside the two usual credentials, two pairs: the first of each breaks its answers, the second does not. */
function configWithPairs(upstream: ReplayUpstream): string {
  const pair = (prefix: string, baseUrl: string): string => `
  - { api-key: upstream-key, base-url: "${baseUrl}", prefix: ${prefix}, priority: 10 }
  - { api-key: spare-key, base-url: "${baseUrl}", prefix: ${prefix} }`;
  return configOf(
    upstream,
    `
deadlines: { headers: 5s, first-content: 5s, idle: 700ms }
# Each case finds its credentials well, and nothing hides what a client is told of a stream that stops.
rescue: { text: error }
openrouter:${pair('openai-pair', `${upstream.url}/v1`)}
`,
  ).replace('claude-api-key:', `claude-api-key:${pair('claude-pair', upstream.url)}`);
}

const PAIRS = { 'openai-chat': 'openai-pair/m', 'anthropic-messages': 'claude-pair/claude-sonnet-4-5' };

/** Every byte, or a dozen of them: those where something changes, and the rest spread over the stream. */
function positions(upstream: TwoDialectId): readonly number[] {
  const length = STREAM_LENGTHS[upstream];
  if (EVERY_BYTE) return Array.from({ length }, (_, index) => index);
  const content = CONTENT_AT[upstream];
  const proof = PROOF_AT[upstream];
  // The last one is behind the first `data: ` of whatever follows the proof.
  const edges = [0, 1, content - 2, content - 1, content, content + 1, proof - 1, proof, proof + 8];
  const more = POSITIONS - edges.length;
  return [...edges, ...Array.from({ length: more }, (_, index) => Math.floor((length * (index + 0.61)) / more))];
}

/** Acts on every value, on so many at a time. */
async function forEachOf<Value>(
  values: readonly Value[],
  crowd: number,
  act: (value: Value) => Promise<void>,
): Promise<void> {
  const queue = [...values];
  const serveQueue = async (): Promise<void> => {
    for (let value = queue.shift(); value !== undefined; value = queue.shift()) await act(value);
  };
  await Promise.all(Array.from({ length: crowd }, serveQueue));
}

/** What an answer is to its client. */
function verdict(client: TwoDialectId, { status, text }: RawAnswer): string {
  if (status !== 200) {
    const body = JSON.parse(text);
    const wellFormed =
      typeof body.error.message === 'string' &&
      (client === 'openai-chat' ? 'code' in body.error && 'param' in body.error : body.type === 'error');
    return wellFormed ? `status ${status}` : `status ${status} with a foreign body`;
  }
  const violations =
    client === 'openai-chat'
      ? validateOpenaiChatStream(text, { ending: 'error' })
      : validateAnthropicStream(text, { ending: 'error' });
  const finished = text.includes('[DONE]') || text.includes('event: message_stop');
  if (violations.length === 0 && !finished) return 'error within the stream';
  return isWhole(client, text) ? 'whole answer' : `${violations.join('; ')}: ${text.slice(-300)}`;
}

function isWhole(client: TwoDialectId, text: string): boolean {
  const { calls, finish, text: said } = readAnswer(client, eventData(text));
  const [call] = calls;
  return (
    said === SAMPLE.pieces.join('') &&
    JSON.stringify(call?.arguments) === SAMPLE.toolCalls[0]?.arguments &&
    finish === 'calls'
  );
}

function statusOf(ending: Ending): string {
  return ending === 'stall' ? 'status 504' : 'status 502';
}

/** What it has to be, by where the upstream stopped. */
function allowed(upstream: TwoDialectId, ending: Ending, at: number): readonly string[] {
  if (at < CONTENT_AT[upstream]) return [statusOf(ending)];
  return at < PROOF_AT[upstream] ? ['error within the stream'] : ['error within the stream', 'whole answer'];
}

describe.each(SHAPES)('an upstream that stops in the middle, in the %s shape', (shape) => {
  let upstream: ReplayUpstream;
  let world: World;

  beforeAll(async () => {
    upstream = await startReplayUpstream({ keys: ['upstream-key', 'spare-key'], answer: answerOf });
    world = await startWorld({ shape, config: configWithPairs(upstream) });
  }, 60_000);

  afterAll(() => upstream.close());
  afterAll(() => world.stop(), 30_000);

  describe.each(ENDINGS)('with %s', (ending) => {
    it(
      'tells every client so, wherever the stream stops',
      async () => {
        const wrong: string[] = [];
        const cases = PAIRINGS.flatMap((pairing) => positions(pairing.provider).map((at) => ({ ...pairing, at })));
        await forEachOf(cases, CROWDS[ending], async ({ client, provider, at }) => {
          const body = saying(client, { model: MODELS[provider].asked, stream: true, text: prompt(ending, at) });
          const seen = verdict(client, await ask(world, { dialect: client, body }));
          const isAllowed = allowed(provider, ending, at).includes(seen);
          if (!isAllowed) wrong.push(`${client} from ${provider}, at byte ${at}: ${seen}`);
        });
        expect(wrong).toEqual([]);
      },
      PATIENCE_MS,
    );

    it(
      'gets the answer of another credential where no content has come',
      async () => {
        const cases = PAIRINGS.flatMap((pairing) => {
          const before = positions(pairing.provider).filter((at) => at < CONTENT_AT[pairing.provider]);
          return before.map((at) => ({ ...pairing, at }));
        });
        await forEachOf(cases, CROWDS[ending], async ({ client, provider, at }) => {
          const body = saying(client, { model: PAIRS[provider], stream: true, text: prompt(ending, at) });
          const answer = await ask(world, { dialect: client, body });
          const seen = { at, status: answer.status, attempts: answer.headers.get('x-switchyard-attempts') };
          expect(seen).toEqual({ at, status: 200, attempts: '2' });
          expect(verdict(client, answer)).toBe('whole answer');
        });
      },
      PATIENCE_MS,
    );

    it('shows no client a part of an answer that is not streamed', async () => {
      const cases = PAIRINGS.flatMap((pairing) => {
        const length = Buffer.byteLength(JSON.stringify(BODIES[pairing.provider]));
        return [0, 1, Math.floor(length / 2), length - 1].map((at) => ({ ...pairing, at }));
      });
      await forEachOf(cases, CROWDS[ending], async ({ client, provider, at }) => {
        const body = saying(client, { model: MODELS[provider].asked, stream: false, text: prompt(ending, at) });
        const answer = await ask(world, { dialect: client, body });
        expect(verdict(client, answer)).toBe(statusOf(ending));
      });
    });

    it('makes the official clients throw, after what they have read', async () => {
      await Promise.all(
        TWO_DIALECT_IDS.flatMap((provider) => [openaiThrows(provider, ending), anthropicThrows(provider, ending)]),
      );
    });
  });

  const middleOf = (provider: TwoDialectId): number => Math.floor((CONTENT_AT[provider] + PROOF_AT[provider]) / 2);

  async function openaiThrows(provider: TwoDialectId, ending: Ending): Promise<void> {
    const openai = new OpenAI({ baseURL: `${world.url}/v1`, apiKey: CLIENT_KEY, maxRetries: 0 });
    const model = MODELS[provider].asked;
    const read: string[] = [];
    const readAll = async (at: number): Promise<void> => {
      const messages = [{ role: 'user' as const, content: prompt(ending, at) }];
      const stream = await openai.chat.completions.create({ model, stream: true, messages });
      for await (const chunk of stream) read.push(chunk.choices[0]?.delta.content ?? '');
    };
    await Promise.all([
      expect(readAll(middleOf(provider))).rejects.toBeInstanceOf(OpenAI.APIError),
      expect(readAll(0)).rejects.toBeInstanceOf(OpenAI.InternalServerError),
    ]);
    expect(read.join('')).toContain('Grüße');
  }

  async function anthropicThrows(provider: TwoDialectId, ending: Ending): Promise<void> {
    const anthropic = new Anthropic({ baseURL: world.url, apiKey: CLIENT_KEY, maxRetries: 0 });
    const model = MODELS[provider].asked;
    const read: string[] = [];
    const readAll = (at: number): Promise<unknown> =>
      anthropic.messages
        .stream({ model, max_tokens: 100, messages: [{ role: 'user', content: prompt(ending, at) }] })
        .on('text', (text) => read.push(text))
        .finalMessage();
    await Promise.all([
      expect(readAll(middleOf(provider))).rejects.toBeInstanceOf(Anthropic.APIError),
      expect(readAll(0)).rejects.toBeInstanceOf(Anthropic.InternalServerError),
    ]);
    expect(read.join('')).toContain('Grüße');
  }
});
