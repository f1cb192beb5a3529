import {
  frameEvent,
  sharedFixtures,
  startReplayUpstream,
  validateAnthropicResponse,
  validateAnthropicStream,
  validateOpenaiChatResponse,
  validateOpenaiChatStream,
  type Answer,
  type Fixture,
  type ReplayUpstream,
} from '@switchyard/testkit';

import { eventData, readAnswer } from './read-answer.js';
import { startWorld, type Shape, type World } from './start-world.js';
import { ask, configOf, MODELS, saying, type RawAnswer, TWO_DIALECT_IDS, type TwoDialectId } from './two-dialects.js';

const fixtures = sharedFixtures();

interface Recording {
  readonly name: string;
  readonly upstream: TwoDialectId;
  readonly fixture: Fixture;
}

const RECORDINGS: readonly Recording[] = [
  ...fixtures.openaiChat.map((fixture) => ({ name: fixture.name, upstream: 'openai-chat' as const, fixture })),
  ...fixtures.anthropic.map((fixture) => ({ name: fixture.name, upstream: 'anthropic-messages' as const, fixture })),
];

/** Two answers spliced into one stream by a proxy's retry: no answer can be made of it. */
const SPLICED = 'anthropic/spliced-message-start.chunks.txt';

/** One of each kind, for the shape in which every byte takes another way. */
const HANDFUL = [
  SPLICED,
  'anthropic/anthropic-clear-thinking.1.chunks.txt',
  'anthropic/anthropic-json-tool.1.json',
  'anthropic/anthropic-web-search-tool.1.chunks.txt',
  'groq/groq-reasoning.chunks.txt',
  'mistral/mistral-reasoning.json',
  'openai-compatible/chat/xai-tool-call.chunks.txt',
];

const WRITE_SIZES = [1, 7, 1500, 64, 3, 333];

/** The events as the provider sent them; recordings of openai-chat leave `[DONE]` out. */
function payloadsOf({ upstream, fixture }: Recording): readonly string[] {
  return upstream === 'openai-chat' ? [...fixture.payloads, '[DONE]'] : fixture.payloads;
}

function answerOf(recording: Recording): Answer {
  const { fixture } = recording;
  if (fixture.type === 'whole') return { type: 'whole', body: fixture.payloads[0] };
  const chunkDelayMs = fixture.payloads.length < 100 ? 1 : 0;
  return { type: 'stream', payloads: payloadsOf(recording), writeSizes: WRITE_SIZES, chunkDelayMs };
}

function bytesOf(recording: Recording): string {
  const { upstream, fixture } = recording;
  if (fixture.type === 'whole') return fixture.payloads.join('');
  return Buffer.concat(payloadsOf(recording).map((payload) => frameEvent(upstream, payload))).toString();
}

function isStream(answer: RawAnswer): boolean {
  return answer.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
}

function violationsOf(client: TwoDialectId, answer: RawAnswer): readonly string[] {
  if (client === 'openai-chat') {
    return isStream(answer)
      ? validateOpenaiChatStream(answer.text, { ending: 'answer' })
      : validateOpenaiChatResponse(JSON.parse(answer.text));
  }
  return isStream(answer)
    ? validateAnthropicStream(answer.text, { ending: 'answer' })
    : validateAnthropicResponse(JSON.parse(answer.text));
}

/** The client was told, in the grammar of its dialect, what the provider had said. */
function expectSame(client: TwoDialectId, recording: Recording, answer: RawAnswer): void {
  expect(answer.status).toBe(200);
  expect(violationsOf(client, answer)).toEqual([]);
  const told = readAnswer(client, isStream(answer) ? eventData(answer.text) : [answer.text]);
  expect(told).toEqual(readAnswer(recording.upstream, recording.fixture.payloads));
}

interface Setting {
  upstream: ReplayUpstream;
  world: World;
}

async function replay(
  setting: Setting,
  client: TwoDialectId,
  recording: Recording,
  stream: boolean,
): Promise<RawAnswer> {
  setting.upstream.script(answerOf(recording));
  const model = MODELS[recording.upstream].asked;
  return ask(setting.world, { dialect: client, body: saying(client, { model, stream }) });
}

const PLAN: readonly { readonly shape: Shape; readonly recordings: readonly Recording[] }[] = [
  { shape: 'standalone', recordings: RECORDINGS },
  { shape: 'split', recordings: RECORDINGS.filter(({ name }) => HANDFUL.includes(name)) },
];

const isPresent = fixtures.present ? '' : ` (skipped: ${fixtures.folder} is not there)`;
// The names of skipped tests are not printed.
if (!fixtures.present) console.log(`recorded answers are not replayed: ${fixtures.folder} is not there`);

(fixtures.present ? describe : describe.skip).each(PLAN)(
  `recorded answers through the $shape shape${isPresent}`,
  ({ shape, recordings }) => {
    let setting: Setting;

    beforeAll(async () => {
      const upstream = await startReplayUpstream();
      setting = { upstream, world: await startWorld({ shape, config: configOf(upstream) }) };
    }, 60_000);

    afterAll(async () => {
      await setting.world.stop();
      await setting.upstream.close();
    }, 30_000);

    it('are there', () => {
      expect(recordings.map(({ name }) => name)).toEqual(expect.arrayContaining(HANDFUL));
    });

    // A table of tests may not be empty, even where it is skipped.
    if (!fixtures.present) return;
    const answers = recordings.filter(({ name }) => name !== SPLICED);

    describe.each(TWO_DIALECT_IDS)('to a client of %s', (client) => {
      const ofSame = answers.filter(({ upstream }) => upstream === client);
      it.each(ofSame)('$name arrives as it was', async (recording) => {
        const answer = await replay(setting, client, recording, recording.fixture.type === 'stream');
        expect(answer.status).toBe(200);
        expect(answer.text).toBe(bytesOf(recording));
      });

      const ofOther = answers.filter(({ upstream }) => upstream !== client);
      it.each(ofOther)('$name says the same', async (recording) => {
        const answer = await replay(setting, client, recording, recording.fixture.type === 'stream');
        expectSame(client, recording, answer);
      });

      const whole = answers.filter(({ fixture }) => fixture.type === 'whole');
      it.each(whole)('$name says the same as a stream, where one was asked for', async (recording) => {
        const answer = await replay(setting, client, recording, true);
        expect(isStream(answer)).toBe(true);
        expectSame(client, recording, answer);
      });

      it('an answer that was spliced from two ends as an error', async () => {
        const spliced = recordings.find(({ name }) => name === SPLICED);
        if (spliced === undefined) throw new Error(`${SPLICED} is missing`);
        const { text } = await replay(setting, client, spliced, true);
        const validate = client === 'openai-chat' ? validateOpenaiChatStream : validateAnthropicStream;
        expect(validate(text, { ending: 'error' })).toEqual([]);
        expect(text).toContain('toolu_first');
        expect(text).not.toContain('toolu_second');
      });

      it.each(fixtures.openaiErrors)('$name is an error of its dialect', async ({ payloads: [recorded = ''] }) => {
        setting.upstream.script({ type: 'whole', status: 400, body: recorded });
        const body = saying(client, { model: MODELS['openai-chat'].asked, stream: false });
        const answer = await ask(setting.world, { dialect: client, body });
        expect(answer.status).toBe(400);
        if (client === 'openai-chat') {
          expect(answer.text).toBe(recorded);
          return;
        }
        const { message } = JSON.parse(recorded).error;
        const expected = { type: 'error', error: { type: 'invalid_request_error', message } };
        expect(JSON.parse(answer.text)).toMatchObject(expected);
      });
    });
  },
);
