import { checkStreamGrammar, DIALECT_IDS, GatewayError, type DialectId, type StreamEvent } from '@switchyard/canonical';
import fc from 'fast-check';

import { isJsonObject, parseJson } from '../json/json-object.js';
import { checkJsonObject, scanRequest } from '../json/scan-request.js';
import { runs } from '../laws/dialect-laws.js';
import { decodeStream, encodeStream, options, scan } from '../laws/stream-bytes.js';
import { scanMultipart } from '../multipart/scan-multipart.js';
import { dialectById } from '../registry/dialects.js';
import { createSseScanner, type SseEvent } from '../sse/scan-sse.js';
import { mutated } from './mutate.js';
import { validAnswers, validRequests, validStreams } from './valid-inputs.js';

const anyJson = fc.jsonValue({ maxDepth: 4 });
const bytes = fc.uint8Array({ maxLength: 300 }).map((list) => Buffer.from(list));

describe.each(DIALECT_IDS)('whatever is said in %s', (id) => {
  const dialect = dialectById(id);

  it('a request is read, or refused by a typed error, and so is its translation into every dialect', () => {
    fc.assert(
      fc.property(fc.oneof(anyJson, mutated(validRequests(id))), (body) => {
        const read = typed(() => dialect.decodeRequest(body, { model: 'm', stream: true }).value);
        if (read === undefined) return;
        for (const to of DIALECT_IDS) typed(() => JSON.stringify(dialectById(to).encodeRequest(read, { model: 'm' })));
      }),
      runs(1000),
    );
  }, 300_000);

  it('an answer is read, or refused by a typed error, and so is its translation into every dialect', () => {
    fc.assert(
      fc.property(fc.oneof(anyJson, mutated(validAnswers(id))), (body) => {
        const read = typed(() => dialect.decodeResponse(body));
        dialect.decodeUsage(body);
        dialect.tokenCounting?.decodeCount(body);
        if (read === undefined) return;
        for (const to of DIALECT_IDS) typed(() => JSON.stringify(dialectById(to).encodeResponse(read, options)));
      }),
      runs(1000),
    );
  }, 300_000);

  it('a stream is read to its end by the grammar, and written in every dialect, without any throw', () => {
    fc.assert(
      fc.property(mutatedStreams(id), (events) => {
        const decoded: readonly StreamEvent[] = decodeStream(dialect, events);
        expect(checkStreamGrammar(decoded)).toEqual([]);
        for (const to of DIALECT_IDS) {
          const client = dialectById(to);
          expect(checkStreamGrammar(decodeStream(client, scan([encodeStream(client, decoded)])))).toEqual([]);
        }
      }),
      runs(200),
    );
  }, 300_000);

  it('an error is told in every dialect', () => {
    const bodies = fc.oneof(
      fc.string(),
      anyJson.map((value) => JSON.stringify(value)),
      mutated(fc.constantFrom(...ERRORS)).map((value) => JSON.stringify(value) ?? ''),
    );
    const headers = fc.dictionary(fc.constantFrom('retry-after', 'x-should-retry', 'x-other'), fc.string());
    fc.assert(
      fc.property(bodies, headers, fc.integer({ min: 300, max: 599 }), (body, named, status) => {
        const error = dialect.decodeError({ status, headers: named, body }, 0);
        for (const to of DIALECT_IDS) {
          expect(parseJson(dialectById(to).encodeError(error, 'req_1').body)).toBeDefined();
          expect(dialectById(to).encodeStreamError(error, 'req_1')).not.toBe('');
        }
      }),
      runs(500),
    );
  }, 300_000);
});

describe('bytes of any kind', () => {
  it('are a form, or refused by a typed error', () => {
    const field = fc.tuple(fc.constantFrom('model', 'stream', 'file'), bytes).map(([name, value]) => {
      const head = `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n`;
      return Buffer.concat([Buffer.from(head), value, Buffer.from('\r\n')]);
    });
    const forms = fc
      .tuple(fc.array(field), bytes)
      .map(([fields, rest]) => Buffer.concat([...fields, rest, Buffer.from('--x--')]));
    const types = fc.oneof(fc.constant('multipart/form-data; boundary=x'), fc.string());
    fc.assert(
      fc.property(fc.oneof(bytes, forms), types, (body, contentType) => {
        typed(() => scanMultipart(body, contentType));
      }),
      runs(1000),
    );
  });

  it('are events, or refused by a typed error', () => {
    fc.assert(
      fc.property(fc.array(bytes), (chunks) => {
        const scanner = createSseScanner({ maxEventBytes: 200 });
        typed(() => [...chunks.flatMap((chunk) => scanner.push(chunk)), ...scanner.end()]);
      }),
      runs(1000),
    );
  });

  it('are a request, or refused by a typed error', () => {
    const requests = fc.tuple(validRequests('openai-chat'), fc.nat(), bytes).map(([body, at, odd]) => {
      const text = Buffer.from(JSON.stringify(body));
      const place = at % text.length;
      return Buffer.concat([text.subarray(0, place), odd.subarray(0, 2), text.subarray(place + 1)]);
    });
    fc.assert(
      fc.property(fc.oneof(bytes, requests), (body) => {
        typed(() => checkJsonObject(body, { maxDepth: 30 }));
        const facts = typed(() => scanRequest(body, { maxDepth: 30 }));
        const read = parseJson(body.toString());
        if (facts !== undefined && isJsonObject(read)) expect(facts.model).toBe(read['model']);
      }),
      runs(2000),
    );
  });
});

/** What it gives; undefined where it throws the one class of error that there is. Any other error fails the test. */
function typed<Value>(run: () => Value): Value | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof GatewayError) return undefined;
    throw error;
  }
}

const ERRORS = [
  { error: { message: 'no', type: 'invalid_request_error', code: 'context_length_exceeded', param: 'model' } },
  { type: 'error', error: { type: 'overloaded_error', message: 'no' }, request_id: 'req_1' },
  { error: { code: 'constructor', type: 'toString', message: 'no', status: 'valueOf' } },
  { error: { code: 429, message: 'no', status: 'RESOURCE_EXHAUSTED', details: [{ '@type': 'x', retryDelay: '3s' }] } },
];

/** Streams of the dialect in which one event was changed, lost, repeated or put in from another place. */
function mutatedStreams(dialect: DialectId): fc.Arbitrary<readonly SseEvent[]> {
  return validStreams(dialect).chain((events) => {
    const place = fc.nat(Math.max(0, events.length - 1));
    const mutant = place.chain((at) => {
      return mutated(fc.constant(parseJson(events[at]?.data ?? ''))).map((value) => {
        return events.with(at, { ...events[at], data: JSON.stringify(value) ?? '' });
      });
    });
    const lost = place.map((at) => events.toSpliced(at, 1));
    const moved = fc.tuple(place, place).map(([from, to]) => events.toSpliced(to, 0, ...events.slice(from, from + 1)));
    return fc.oneof({ weight: 4, arbitrary: mutant }, lost, moved);
  });
}
