import { GatewayError } from '@switchyard/canonical';
import fc from 'fast-check';

import { patchModel, patchSpans } from './patch-spans.js';
import { scanRequest, type RequestFacts } from './scan-request.js';

const LIMITS = { maxDepth: 64 };
const runs = process.env['SWITCHYARD_TEST_LONG'] === '1' ? 50_000 : 2_000;

function scan(text: string): RequestFacts {
  return scanRequest(Buffer.from(text), LIMITS);
}

function failure(body: string | Buffer): { code: string; param: string | undefined } {
  try {
    scanRequest(Buffer.from(body), LIMITS);
  } catch (error) {
    if (error instanceof GatewayError) return { code: error.code, param: error.param };
    throw error;
  }
  throw new Error('the body was accepted');
}

function at(body: Buffer, span: { start: number; end: number } | undefined): string | undefined {
  return span && body.toString('utf8', span.start, span.end);
}

describe('scanRequest', () => {
  it('reads the fields that decisions need, and where their values stand', () => {
    const body = Buffer.from(
      ' { "messages":[{"model":"inner","stream":false}], "model" : "gpt-5" ,"stream":true,"max_tokens":1e3,' +
        '"max_completion_tokens":7,"max_output_tokens":null,"user":"ü-1","metadata":{"user":"no"}} \n',
    );
    const { spans, conversation, ...facts } = scanRequest(body, LIMITS);
    expect(facts).toEqual({ model: 'gpt-5', stream: true, maxTokens: 1000, maxCompletionTokens: 7, user: 'ü-1' });
    expect(Object.fromEntries(Object.entries(spans).map(([field, span]) => [field, at(body, span)]))).toEqual({
      model: '"gpt-5"',
      stream: 'true',
      max_tokens: '1e3',
      max_completion_tokens: '7',
      max_output_tokens: 'null',
      user: '"ü-1"',
    });
    expect(Object.keys(conversation)).toEqual(['messages', 'metadata']);
  });

  it('decodes a model with escapes', () => {
    expect(scan('{"model":"a\\u002fb\\"\\\\"}').model).toBe('a/b"\\');
  });

  it('takes a missing or null stream for false', () => {
    expect(scan('{"model":"m"}').stream).toBe(false);
    expect(scan('{"model":"m","stream":null}').stream).toBe(false);
  });

  it('finds the end of long strings with any number of backslashes before a quote', () => {
    for (const inside of ['\\"', '\\\\', '\\\\\\"', 'x\\\\\\\\', '\\n\\"\\"']) {
      const text = 'y'.repeat(80) + inside;
      expect(scan(`{"a":"${text}","b":["${inside}","${text}"],"model":"m"}`).model).toBe('m');
    }
  });

  it.each([
    ['a later duplicate', '{"model":"a","x":1,"model":"b"}', 'model'],
    ['an escaped spelling', '{"model":"a","\\u006dodel":"b"}', 'model'],
    ['an escaped spelling alone', '{"\\u006dodel":"b"}', 'model'],
    ['another case, which Go parsers take for the same', '{"model":"a","Model":"b"}', 'model'],
    ['a duplicate stream', '{"stream":true,"model":"a","stream":false}', 'stream'],
    ['an escaped ceiling', '{"model":"a","max\\u005Ftokens":1}', 'max_tokens'],
  ])('refuses %s', (_name, body, param) => {
    expect(failure(body)).toEqual({ code: 'duplicate_field', param });
  });

  it('lets duplicates of keys it does not read, and inner ones, through', () => {
    expect(scan('{"a":1,"a":2,"\\u0061":3,"x":{"model":1,"model":2},"model":"m"}').model).toBe('m');
  });

  it.each([
    ['{}', 'model'],
    ['{"model":null}', 'model'],
    ['{"model":7}', 'model'],
    ['{"model":""}', 'model'],
    ['{"model":"m","stream":1}', 'stream'],
    ['{"model":"m","stream":"true"}', 'stream'],
    ['{"model":"m","max_tokens":"7"}', 'max_tokens'],
    ['{"model":"m","max_tokens":1e999}', 'max_tokens'],
    ['{"model":"m","max_tokens":--1}', 'max_tokens'],
    ['[1]', undefined],
    ['"text"', undefined],
  ])('refuses %s, naming the parameter', (body, param) => {
    expect(failure(body)).toEqual({ code: 'invalid_request', param });
  });

  it.each([
    '',
    ' ',
    '{',
    '}',
    '{"model":"m"',
    '{"model":"m"}}',
    '{"model":"m"} x',
    '{"model":"m",}',
    '{"model" "m"}',
    '{"model":"m" "a":1}',
    '{model:"m"}',
    "{'model':'m'}",
    '{"model":"m","a":[1,2}',
    '{"model":"m","a":{"b":1]}',
    '{"model":"m","a":[1,]}',
    '{"model":"m","a":[,1]}',
    '{"model":"m","a":{"b"}}',
    '{"model":"m","a":{1:2}}',
    '{"model":"m","a":tru}',
    '{"model":"m","a":nul1}',
    '{"model":"m","a":NaN}',
    '{"model":"m","a":}',
    '{"model":"m","a":"',
    '{"model":"m","a":"\\"}',
    '{"model":"\\x"}',
    '<html></html>',
    '\uFEFF{"model":"m"}',
  ])('refuses %j as no JSON', (body) => {
    expect(failure(body).code).toBe('invalid_json');
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(failure(Buffer.from('{"model":"m\xff"}', 'latin1')).code).toBe('invalid_json');
  });

  it('refuses nesting over the limit, and a very deep body without exhausting the stack', () => {
    const nested = (depth: number) => `{"model":"m","a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(scan(nested(63)).model).toBe('m');
    expect(failure(nested(64)).code).toBe('invalid_request');
    expect(failure(nested(1_000_000)).code).toBe('invalid_request');
    expect(failure('['.repeat(1_000_000)).code).toBe('invalid_request');
  });

  it('agrees with JSON.parse on every valid request', () => {
    const request = fc
      .record(
        {
          model: fc.string({ unit: 'binary', minLength: 1 }),
          stream: fc.option(fc.boolean()),
          max_tokens: fc.option(fc.oneof(fc.nat(), fc.double({ noNaN: true, noDefaultInfinity: true }))),
          user: fc.jsonValue(),
          messages: fc.jsonValue(),
          tools: fc.jsonValue(),
        },
        { requiredKeys: ['model'] },
      )
      .chain((value) =>
        fc.constantFrom(undefined, 1, '\t', '\r\n').map((indent) => JSON.stringify(value, null, indent)),
      );
    fc.assert(
      fc.property(request, (text) => {
        const parsed: Record<string, unknown> = JSON.parse(text);
        const facts = scan(text);
        expect(facts.model).toBe(parsed['model']);
        expect(facts.stream).toBe(parsed['stream'] ?? false);
        expect(facts.maxTokens).toBe(parsed['max_tokens'] ?? undefined);
        expect(facts.user).toBe(typeof parsed['user'] === 'string' ? parsed['user'] : undefined);
        expect(JSON.parse(patchModel(Buffer.from(text), facts, 'other/"model"').toString())).toEqual({
          ...parsed,
          model: 'other/"model"',
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('throws nothing but GatewayError on damaged bodies, and never disagrees with JSON.parse', () => {
    const whole = fc
      .tuple(fc.json(), fc.string())
      .map(
        ([json, model]) => `{"a":${json},"model":${JSON.stringify(model)},"stream":true,"m\\\\odel":"\\"","z":[{}]}`,
      );
    const piece = fc.constantFrom(
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"model":"x"',
      '\\u006d',
      '0',
      ' ',
      '\xff',
      'null',
    );
    const edit = fc.record({ place: fc.nat(), remove: fc.nat({ max: 4 }), insert: piece });
    fc.assert(
      fc.property(whole, fc.array(edit, { minLength: 1, maxLength: 4 }), (text, edits) => {
        let damaged = text;
        for (const { place, remove, insert } of edits) {
          const start = place % damaged.length;
          damaged = damaged.slice(0, start) + insert + damaged.slice(start + remove);
        }
        expectAgreement(Buffer.from(damaged, 'latin1'));
      }),
      { numRuns: runs },
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => expectAgreement(Buffer.from(bytes))));
  });
});

function expectAgreement(body: Buffer): void {
  let facts: RequestFacts | undefined;
  try {
    facts = scanRequest(body, LIMITS);
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayError);
  }
  let parsed: Record<string, unknown> | undefined;
  try {
    parsed = JSON.parse(body.toString());
  } catch {
    return;
  }
  if (facts === undefined) return;
  expect({ model: facts.model, stream: facts.stream }).toEqual({
    model: parsed?.['model'],
    stream: parsed?.['stream'] ?? false,
  });
}

describe('patchSpans', () => {
  it('replaces several spans and leaves every other byte alone', () => {
    const body = Buffer.from('{"model" : "a", "stream":true,\n"x":1}');
    const facts = scanRequest(body, LIMITS);
    const patched = patchSpans(body, [
      { ...(facts.spans.stream ?? { start: 0, end: 0 }), text: 'false' },
      { ...facts.spans.model, text: '"ü"' },
      { start: 1, end: 1, text: '"new":0,' },
    ]);
    expect(patched.toString()).toBe('{"new":0,"model" : "ü", "stream":false,\n"x":1}');
  });

  it('hands back the same buffer for the same model', () => {
    const body = Buffer.from('{"model":"a"}');
    expect(patchModel(body, scanRequest(body, LIMITS), 'a')).toBe(body);
  });
});
