import { gzipSync } from 'node:zlib';

import {
  anthropicBody,
  anthropicPayloads,
  frameEvent,
  openaiChatBody,
  openaiChatPayloads,
  startReplayUpstream,
  type ReplayUpstream,
} from '@switchyard/testkit';

import { SHAPES, startWorld, type World } from './start-world.js';
import { ask, configOf, MODELS, type RawAnswer, TWO_DIALECT_IDS, type TwoDialectId } from './two-dialects.js';

const MEGABYTE = 1024 * 1024;

/** As no serialiser would write it: JSON.parse and JSON.stringify would change nearly every line. */
const ODD_FIELDS = `"x_unknown" : {"model":"not this one", "numbers":[1.0, 1e2, -0.0, 1E+2, 12345678901234567890],
\t"empty":{ },"nothing":null, "2":"two","1":"one"},
  "messages":[ {"content":"caf\\u00e9 \\ud83d\\ude80 \\/ café 🚀 \\"model\\":\\"nor this\\"","role":"user", "x":[]}] ,
  "temperature" : 1.0,"top_p":9.5e-1`;

/** An openai-chat or Messages body around them. `model` is where the owned field stands. */
function oddBody(dialect: TwoDialectId, model: string, stream: boolean): string {
  const ceiling = dialect === 'anthropic-messages' ? '"max_tokens":1e2,' : '"seed":123456789012345678,';
  return `\n { ${ODD_FIELDS},${ceiling}\r\n "stream"  :${stream},    "model"\t: "${model}" , "z":0.10 }\n\n`;
}

function oddAnswer(dialect: TwoDialectId): string {
  const body = dialect === 'openai-chat' ? openaiChatBody() : anthropicBody();
  return `\n${JSON.stringify(body, undefined, 3).replace('{', '{ "x_unknown" : [1.0, 1e2, "\\u00e9\\/"],')} \n`;
}

/** The events of an answer with everything an event stream may hold beside them. */
function oddStream(dialect: TwoDialectId): Buffer {
  const payloads = dialect === 'openai-chat' ? openaiChatPayloads() : anthropicPayloads();
  const events = payloads.map((payload) => frameEvent(dialect, payload).toString());
  const odd = events.map((event, index) => {
    const text = index === 1 ? `: a comment\nid: ${index}\nretry: 3000\n${event}` : event;
    const overTwoLines = index === 2 ? text.replace(/^data: \{/m, 'data: {\ndata:') : text;
    return index % 2 === 0 ? overTwoLines.replaceAll('\n', '\r\n') : overTwoLines;
  });
  // An openai-chat event that is named, and a Messages event that nobody knows.
  odd.splice(2, 0, dialect === 'openai-chat' ? `event: note\n${odd[1] ?? ''}` : UNKNOWN_EVENT);
  return Buffer.from(`:\n\n: warming up\r\n\r\n${odd.join('')}`);
}

const UNKNOWN_EVENT = 'event: weather\nid: w-1\ndata: {"type":"weather","x":[1.0]}\n\n';

/** Text that repeats only after a while, so that a piece that is missing or doubled cannot go unnoticed. */
function longText(bytes: number): string {
  return Array.from({ length: bytes / 8 }, (_, index) => String(index).padStart(8, ' ')).join('');
}

describe.each(SHAPES)('the same dialect on both sides of the %s shape', (shape) => {
  let upstream: ReplayUpstream;
  let world: World;

  beforeAll(async () => {
    upstream = await startReplayUpstream();
    world = await startWorld({ shape, config: configOf(upstream) });
  }, 60_000);

  afterAll(() => upstream.close());
  afterAll(() => world.stop(), 30_000);

  describe.each(TWO_DIALECT_IDS)('%s', (dialect) => {
    const { asked, upstream: owned } = MODELS[dialect];

    it.each([false, true])('carries every byte of a request but the model, stream: %s', async (stream) => {
      const answer = await ask(world, { dialect, body: oddBody(dialect, asked, stream) });
      expect(answer.status).toBe(200);
      expect(upstream.requests.at(-1)?.body.toString()).toBe(oddBody(dialect, owned, stream));
    });

    it('carries the bytes within a compressed request', async () => {
      const body = gzipSync(oddBody(dialect, asked, false));
      const answer = await ask(world, { dialect, body, headers: { 'content-encoding': 'gzip' } });
      expect(answer.status).toBe(200);
      expect(upstream.requests.at(-1)?.body.toString()).toBe(oddBody(dialect, owned, false));
    });

    it('carries every byte of a whole answer, and its content type', async () => {
      const contentType = 'application/json; charset=UTF-8; x=1';
      upstream.script({ type: 'whole', headers: { 'content-type': contentType }, body: oddAnswer(dialect) });
      const answer = await ask(world, { dialect, body: oddBody(dialect, asked, false) });
      expect(answer.text).toBe(oddAnswer(dialect));
      expect(answer.headers.get('content-type')).toBe(contentType);
    });

    it.each([[[1]], [[2, 5, 11]], [[100_000]]])('carries every byte of a stream written in %j', async (writeSizes) => {
      const bytes = oddStream(dialect);
      upstream.script({ type: 'stream', payloads: [bytes], writeSizes });
      const answer = await ask(world, { dialect, body: oddBody(dialect, asked, true) });
      expect(answer.text).toBe(bytes.toString());
      expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    });

    it('carries a prompt of 5 MB', async () => {
      const text = longText(5 * MEGABYTE);
      const bodyFor = (model: string): string => oddBody(dialect, model, false).replace('not this one', text);
      const answer = await ask(world, { dialect, body: bodyFor(asked) });
      expect(answer.status).toBe(200);
      // Not toBe: a difference in 5 MB is nothing to print.
      expect(upstream.requests.at(-1)?.body.equals(Buffer.from(bodyFor(owned)))).toBe(true);
    });

    it('carries a whole answer of 5 MB', async () => {
      const sent = Buffer.from(oddAnswer(dialect).replace('Hello', longText(5 * MEGABYTE)));
      upstream.script({ type: 'whole', body: sent });
      const answer = await ask(world, { dialect, body: oddBody(dialect, asked, false) });
      expectBytes(answer, sent);
    });

    it('carries a stream of 5 MB, in small events and one of 1 MB', async () => {
      const text = longText(4 * MEGABYTE);
      const pieces = Array.from({ length: 400 }, (_, index) => text.slice(index * 10_486, (index + 1) * 10_486));
      const sample = { pieces: [...pieces, longText(MEGABYTE)] };
      const payloads = dialect === 'openai-chat' ? openaiChatPayloads(sample) : anthropicPayloads(sample);
      const sent = Buffer.concat(payloads.map((payload) => frameEvent(dialect, payload)));
      upstream.script({ type: 'stream', payloads, writeSizes: [70_001, 13, 1_500] });
      const answer = await ask(world, { dialect, body: oddBody(dialect, asked, true) });
      expectBytes(answer, sent);
    });
  });
});

function expectBytes(answer: RawAnswer, sent: Buffer): void {
  expect(answer.status).toBe(200);
  expect(answer.bytes.length).toBe(sent.length);
  expect(answer.bytes.equals(sent)).toBe(true);
}
