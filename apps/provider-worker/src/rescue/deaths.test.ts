import { validateAnthropicStream, validateResponsesStream, type Answer, type StreamEnding } from '@switchyard/testkit';

import { DEADLINES, type AttemptOutcome } from '../__fixtures__/attempt-harness.js';
import { PIECES, RescueHarness, resumeOf, soFarOf, WHOLE } from '../__fixtures__/rescue-harness.js';
import { boundaries, CLIENTS, readStream, UPSTREAMS } from '../__fixtures__/resumed-streams.js';

let harness: RescueHarness;

beforeAll(async () => {
  harness = await RescueHarness.start();
});

afterAll(() => harness.close());

function named<Named>(list: readonly Named[], isIt: (one: Named) => boolean): Named {
  const found = list.find(isIt);
  if (found === undefined) throw new Error('no such one');
  return found;
}

const clientOf = (name: string) => named(CLIENTS, (client) => client.name === name);
const upstreamOf = (dialect: string) => named(UPSTREAMS, (upstream) => upstream.dialect === dialect);

const chat = clientOf('openai-chat');
const openai = upstreamOf('openai-chat');
const claude = upstreamOf('anthropic-messages');
const SAMPLE = { pieces: PIECES };

/** The stream up to and with its fourth piece, which ends in white space, and then this. */
function dying(ending: StreamEnding['type'], upstream = openai): Answer {
  const payloads = upstream.payloads(SAMPLE);
  const text = boundaries(upstream.dialect, payloads).find((_, at) =>
    JSON.stringify(payloads[at]).includes('upstream:'),
  );
  const atByte = text ?? 0;
  return { type: 'stream', payloads, ending: ending === 'complete' ? { type: ending } : { type: ending, atByte } };
}

function broken(): Promise<AttemptOutcome> {
  return harness.attempt({ upstream: openai, client: chat, answer: dying('cut') });
}

const SENT = PIECES.slice(0, 4).join('');

describe('a stream that dies after content', () => {
  it.each<[string, Answer, string]>([
    ['is cut', dying('cut'), 'upstream_network_error'],
    ['ends early', dying('end-early'), 'upstream_truncated'],
    ['stalls', dying('stall'), 'upstream_timeout'],
    ['is no longer chunked encoding', dying('broken-encoding'), 'upstream_network_error'],
    [
      'is told to have failed',
      {
        type: 'stream',
        payloads: [...openai.payloads(SAMPLE).slice(0, 5), { error: { message: 'Overloaded', code: 529 } }],
      },
      'upstream_overloaded',
    ],
    [
      'goes on with what is no JSON',
      { type: 'stream', payloads: [...openai.payloads(SAMPLE).slice(0, 5), '{"cho'] },
      'upstream_malformed',
    ],
  ])('hands back what its client has when it %s, and tells the client nothing', async (_how, answer, code) => {
    const deadlines = { ...DEADLINES, idleMs: 100 };
    const { end, text } = await harness.attempt({ upstream: openai, client: chat, answer }, { deadlines });
    expect(end).toMatchObject({
      outcome: 'error',
      error: { code },
      rescue: { hasToolCalls: false, isStructured: false },
    });
    expect(soFarOf({ end, head: undefined, text })).toMatchObject({
      text: SENT,
      model: 'upstream-model',
      nextIndex: 1,
    });
    expect(text).toMatch(/upstream:\\n".*\n\n$/);
    expect(text).not.toContain('"error"');
  });

  it('is ended with an error within it where nobody is to rescue it', async () => {
    const { end, text } = await harness.attempt(
      { upstream: openai, client: chat, answer: dying('cut') },
      { rescuable: false },
    );
    expect([end.outcome, end.rescue]).toEqual(['error', undefined]);
    expect(text).toContain('"error"');
  });

  it('is ended with an error within it once the whole attempt is out of time', async () => {
    const deadlines = { ...DEADLINES, totalMs: 150 };
    const { end, text } = await harness.attempt(
      { upstream: openai, client: chat, answer: dying('stall') },
      { deadlines },
    );
    expect([end.error?.code, end.rescue]).toEqual(['total_deadline', undefined]);
    expect(text).toContain('"error"');
  });

  it('hands back nothing when it was the client that left', async () => {
    const controller = new AbortController();
    const { end } = await harness.attempt(
      { upstream: openai, client: chat, answer: dying('stall') },
      { signal: controller.signal, onData: () => controller.abort() },
    );
    expect([end.outcome, end.rescue]).toEqual(['cancelled', undefined]);
  });

  it('tells an estimate of its usage, which nobody will bill less than that', async () => {
    const { end } = await broken();
    expect(end).toMatchObject({ isUsageEstimated: true, usage: { output: Math.ceil(SENT.length / 4) } });
    expect(end.usage?.inputUncached).toBeGreaterThan(5);
    const told = await harness.attempt({ upstream: claude, client: chat, answer: dying('cut', claude) });
    expect(told.end).toMatchObject({
      isUsageEstimated: true,
      usage: { inputUncached: 9, output: Math.ceil(SENT.length / 4) },
    });
  });

  it('says that the client asked for JSON', async () => {
    const request = { response_format: { type: 'json_object' } };
    const { end } = await harness.attempt({ upstream: openai, client: chat, answer: dying('cut') }, { request });
    expect(end.rescue).toMatchObject({ hasToolCalls: false, isStructured: true });
  });

  it.each(CLIENTS)('says that a part of a tool call has reached a client of $name, and no more', async (client) => {
    for (const upstream of UPSTREAMS) {
      const call = { id: 'call_1', name: 'look', arguments: '{"at":"the sky"}' };
      const payloads = upstream.payloads({ pieces: ['Well,'], toolCalls: [call] });
      const called = payloads.findIndex((payload) => JSON.stringify(payload).includes('look'));
      const atByte = boundaries(upstream.dialect, payloads)[called] ?? 0;
      const answer: Answer = { type: 'stream', payloads, ending: { type: 'cut', atByte } };
      const { end } = await harness.attempt({ upstream, client, answer });
      // A call of Gemini comes whole, with what is its last event.
      if (end.outcome === 'success') continue;
      expect(end.rescue).toEqual({ hasToolCalls: true, isStructured: false, state: null });
    }
  });

  it('of several choices is ended with an error within it', async () => {
    const { end, text } = await harness.attempt(
      { upstream: openai, client: chat, answer: dying('cut') },
      { request: { n: 2 } },
    );
    expect(end.rescue).toBeUndefined();
    expect(text).toContain('"error"');
  });

  it('is not gone on with once it is too long to hand over', async () => {
    const payloads = openai.payloads({ pieces: Array.from({ length: 30 }, () => 'word '.repeat(2_000)) });
    const atByte = boundaries('openai-chat', payloads)[29] ?? 0;
    const answer: Answer = { type: 'stream', payloads, ending: { type: 'cut', atByte } };
    const { end, text } = await harness.attempt({ upstream: openai, client: chat, answer });
    expect(end.rescue).toBeUndefined();
    expect(text).toContain('"error"');
  });
});

describe('an attempt that goes on with a stream', () => {
  it('writes nothing and says so where a replay differs, however late', async () => {
    const first = await broken();
    for (const said of ['Goodbye.', 'Hello from an upstream;', 'Hello', '']) {
      for (const upstream of UPSTREAMS) {
        const sample = { pieces: said === '' ? [] : [said] };
        const outcome = await harness.resume({ upstream, client: chat, first }, 'replay', { sample });
        expect([outcome.end.error?.code, outcome.text, outcome.end.rescue]).toEqual(['rescue_diverged', '', undefined]);
      }
    }
  });

  it('writes nothing where a replay calls a tool before it has said what the client has', async () => {
    const first = await broken();
    const toolCalls = [{ id: 'call_1', name: 'look', arguments: '{}' }];
    const outcome = await harness.resume({ upstream: claude, client: chat, first }, 'replay', {
      sample: { pieces: ['Hello'], toolCalls },
    });
    expect([outcome.end.error?.code, outcome.text]).toEqual(['rescue_diverged', '']);
  });

  it('may call a tool once it has', async () => {
    const first = await broken();
    const toolCalls = [{ id: 'call_1', name: 'look', arguments: '{"at":"sky"}' }];
    for (const how of ['prefill', 'replay'] as const) {
      const pieces = how === 'replay' ? [SENT, 'so'] : ['so'];
      const outcome = await harness.resume({ upstream: claude, client: chat, first }, how, {
        sample: { pieces, toolCalls },
      });
      const { response } = readStream(chat, first.text + outcome.text);
      expect(response?.choices[0]).toMatchObject({
        content: [{ text: `${SENT}so` }, { name: 'look', arguments: '{"at":"sky"}' }],
        finish: { reason: 'tool-calls' },
      });
    }
  });

  it('sends what was said as the assistant’s turn, without white space at its end, and asks for no reasoning', async () => {
    const first = await broken();
    const request = { max_tokens: 100, reasoning_effort: 'high' };
    await harness.resume({ upstream: claude, client: chat, first }, 'prefill', { request });
    const asked = harness.of(claude).upstream.requests.at(-1)?.json;
    expect(asked).toMatchObject({
      max_tokens: 100 - Math.ceil(SENT.length / 4),
      messages: [{ role: 'user' }, { role: 'assistant', content: [{ type: 'text', text: SENT.trimEnd() }] }],
    });
    expect(asked).not.toHaveProperty('thinking.budget_tokens');
    await harness.resume({ upstream: openai, client: chat, first }, 'prefill');
    const marked = harness.of(openai).upstream.requests.at(-1)?.json;
    expect(marked).toMatchObject({
      messages: [{ role: 'user' }, { role: 'assistant', content: SENT.trimEnd(), prefix: true }],
    });
  });

  it('is refused where the model would answer anew, or the upstream refuses, before any byte', async () => {
    const first = await broken();
    const responses = upstreamOf('openai-responses');
    const open = { ...chat.open, stream: true, model: responses.model, resume: resumeOf(first, 'prefill') };
    const unable = await harness.of(responses).run({ open, body: JSON.stringify(chat.request) });
    expect([unable.end.error?.code, unable.text]).toEqual(['operation_not_supported', '']);
    const answer: Answer = {
      type: 'whole',
      status: 400,
      body: {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'This model does not support assistant message prefill.' },
      },
    };
    const refused = await harness.attempt(
      { upstream: claude, client: chat, answer },
      { resume: resumeOf(first, 'prefill') },
    );
    expect([refused.end.error?.code, refused.text, refused.end.rescue]).toEqual([
      'upstream_invalid_request',
      '',
      undefined,
    ]);
  });

  it('is refused for a stream with tool calls', async () => {
    const first = await broken();
    const resume = { how: 'replay', state: { ...resumeOf(first, 'replay').state, hasToolCalls: true } } as const;
    const { end, text } = await harness
      .of(openai)
      .run({ open: { ...chat.open, stream: true, resume }, body: JSON.stringify(chat.request) });
    expect([end.error?.code, text]).toEqual(['internal', '']);
  });

  it('may itself be gone on with, as often as it dies', async () => {
    for (const client of CLIENTS) {
      let last = await harness.attempt({ upstream: openai, client, answer: dying('cut') });
      let received = last.text;
      for (const [turn, upstream] of [claude, openai, claude].entries()) {
        const how = turn === 1 ? 'replay' : 'prefill';
        const soFar = soFarOf(last);
        const pieces = how === 'replay' ? [`${soFar.text}+${turn}`, ' lost'] : [`+${turn}`, ' lost'];
        const payloads = upstream.payloads({ pieces, inputTokens: 70 + turn });
        const end = boundaries(upstream.dialect, payloads).find((_, at) =>
          JSON.stringify(payloads[at]).includes(`+${turn}`),
        );
        const answer: Answer = { type: 'stream', payloads, ending: { type: 'cut', atByte: end ?? 0 } };
        last = await harness.attempt({ upstream, client, answer }, { resume: resumeOf(last, how) });
        received += last.text;
      }
      const done = await harness.resume({ upstream: openai, client, first: last }, 'prefill', {
        sample: { pieces: ['.'] },
      });
      expect(client.validate(received + done.text)).toEqual([]);
      const { text, response } = readStream(client, received + done.text);
      expect(text).toBe(`${SENT}+0+1+2.`);
      expect(response?.usage?.inputUncached).toBeLessThanOrEqual(70);
    }
  });

  it('turns an answer that is no stream into what the client lacks', async () => {
    const first = await broken();
    const body = {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: WHOLE }, finish_reason: 'stop' }],
    };
    const outcome = await harness.attempt(
      { upstream: openai, client: chat, answer: { type: 'whole', body } },
      { resume: resumeOf(first, 'replay') },
    );
    expect(outcome.head).toBeUndefined();
    expect(readStream(chat, first.text + outcome.text).text).toBe(WHOLE);
  });

  it('tells the usage once: what was asked first, and all that was received', async () => {
    const first = await harness.attempt({
      upstream: claude,
      client: clientOf('anthropic-messages'),
      answer: dying('cut', claude),
    });
    const outcome = await harness.resume(
      { upstream: openai, client: clientOf('anthropic-messages'), first },
      'prefill',
    );
    const { response } = readStream(clientOf('anthropic-messages'), first.text + outcome.text);
    expect(response?.usage).toMatchObject({ inputUncached: 9, output: Math.ceil(SENT.length / 4) + 30 });
    const replayed = await harness.resume(
      { upstream: openai, client: clientOf('anthropic-messages'), first },
      'replay',
    );
    const whole = readStream(clientOf('anthropic-messages'), first.text + replayed.text).response;
    expect(whole?.usage).toMatchObject({ inputUncached: 9, output: 30 });
  });

  it('has as much time for what the client has already as its upstream keeps talking', async () => {
    const first = await broken();
    const payloads = openai.payloads(SAMPLE);
    const deadlines = { ...DEADLINES, firstContentMs: 120 };
    const answer: Answer = { type: 'stream', payloads, chunkDelayMs: 50 };
    const outcome = await harness.attempt(
      { upstream: openai, client: chat, answer },
      { deadlines, resume: resumeOf(first, 'replay') },
    );
    expect(outcome.end.outcome).toBe('success');
    expect(readStream(chat, first.text + outcome.text).text).toBe(WHOLE);
  });
});

describe('what stays within a stream that may be rescued', () => {
  it('is the upstream’s own bytes, whole events, in their order', async () => {
    for (const upstream of UPSTREAMS) {
      const client = clientOf(upstream.dialect);
      for (const writeSizes of [[1], [13], [100_000]]) {
        const payloads = upstream.payloads({ ...SAMPLE, reasoning: { text: 'Hm, so.', signature: 'c2ln' } });
        const plain = await harness.attempt(
          { upstream, client, answer: { type: 'stream', payloads } },
          { rescuable: false },
        );
        let isWhole = true;
        const onData = (text: string): void => {
          isWhole &&= text.endsWith('\n\n');
        };
        const outcome = await harness.attempt(
          { upstream, client, answer: { type: 'stream', payloads, writeSizes } },
          { onData },
        );
        expect([outcome.text, isWhole]).toEqual([plain.text, true]);
      }
    }
  });

  it('goes on in the numbers that the upstream has begun', async () => {
    const upstream = upstreamOf('openai-responses');
    const client = clientOf('openai-responses');
    const payloads = upstream
      .payloads(SAMPLE)
      .map((event, number) => ({ ...Object(event), sequence_number: number + 100 }));
    const atByte = boundaries(upstream.dialect, payloads)[8] ?? 0;
    const first = await harness.attempt({
      upstream,
      client,
      answer: { type: 'stream', payloads, ending: { type: 'cut', atByte } },
    });
    const outcome = await harness.resume({ upstream: claude, client, first }, 'replay');
    const numbers = [...(first.text + outcome.text).matchAll(/"sequence_number":(\d+)/g)].map(([, number]) =>
      Number(number),
    );
    expect(numbers).toEqual(numbers.map((_, at) => at + 100));
    expect(
      validateResponsesStream(
        (first.text + outcome.text).replaceAll(
          /"sequence_number":1(\d\d)/g,
          (_, n: string) => `"sequence_number":${Number(n)}`,
        ),
      ),
    ).toEqual([]);
  });

  it('stands where the client’s blocks stand, though the upstream opened one that stayed empty', async () => {
    const client = clientOf('anthropic-messages');
    const [start, ping, ...rest] = claude.payloads(SAMPLE);
    const empty = [
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_stop', index: 0 },
    ];
    const moved = rest.map((event) => ({ ...Object(event), ...('index' in Object(event) && { index: 1 }) }));
    const payloads = [start, ping, ...empty, ...moved];
    const atByte = boundaries('anthropic-messages', payloads)[7] ?? 0;
    const first = await harness.attempt({
      upstream: claude,
      client,
      answer: { type: 'stream', payloads, ending: { type: 'cut', atByte } },
    });
    // Nobody could go on with it in the same place, so the client is told.
    expect(first.end.rescue).toBeUndefined();
    expect(validateAnthropicStream(first.text, { ending: 'error' })).toEqual([]);
  });
});
