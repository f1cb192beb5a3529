import { DIALECT_IDS, GatewayError, isContentEvent, unfoldResponse, type DialectId } from '@switchyard/canonical';
import fc from 'fast-check';

import type { ResponseFacts } from '../dialect.js';
import { parseJson } from '../json/json-object.js';
import { runs } from '../laws/dialect-laws.js';
import { dialectById } from '../registry/dialects.js';
import { mutated } from './mutate.js';
import { RECORDINGS } from './recordings.js';
import { validAnswers } from './valid-inputs.js';

/** What the dialect's decoder tells of an answer; the code of its error where it has one. */
function decodedFacts(id: DialectId, body: unknown): ResponseFacts | string {
  try {
    const response = dialectById(id).decodeResponse(body);
    const [choice] = response.choices;
    if (choice === undefined) return 'no choice';
    return {
      model: response.model,
      finish: choice.finish,
      usage: response.usage,
      hasContent: unfoldResponse(response).some(isContentEvent),
    };
  } catch (error) {
    if (error instanceof GatewayError) return error.code;
    throw error;
  }
}

/** Whether the facts were told; fails where they are not those of the decoder. */
function checkFacts(id: DialectId, body: unknown): boolean {
  const facts = dialectById(id).readFacts?.(body);
  if (facts === undefined) return false;
  expect(facts).toEqual(decodedFacts(id, body));
  return true;
}

const READING = DIALECT_IDS.filter((id) => dialectById(id).readFacts !== undefined);

describe.each(READING)('the facts of an answer in %s', (id) => {
  it('are those that its decoder tells, for whatever is said', () => {
    const bodies = fc.oneof(fc.jsonValue({ maxDepth: 4 }), validAnswers(id), mutated(validAnswers(id)));
    fc.assert(
      fc.property(bodies, (body) => {
        checkFacts(id, body);
      }),
      runs(3000),
    );
  }, 300_000);

  it('are told of most answers', () => {
    const told = fc.sample(validAnswers(id), 300).filter((body) => checkFacts(id, body)).length;
    expect(told).toBeGreaterThan(30);
  });
});

const WHOLE = RECORDINGS.filter(({ type, upstream }) => type === 'whole' && READING.includes(upstream));
const describeRecordings = WHOLE.length > 0 ? describe : describe.skip;

describeRecordings('the facts of a recorded answer', () => {
  it.each(WHOLE)('$name are those that its decoder tells', ({ upstream, text }) => {
    const body = parseJson(text);
    expect(body).toBeDefined();
    checkFacts(upstream, body);
  });
});

describe('the facts of an answer with nothing in it', () => {
  const usage = { prompt_tokens: 3, completion_tokens: 0, total_tokens: 3 };
  const completion = (message: unknown, finish_reason: string | null) => ({
    id: 'c',
    model: 'm',
    choices: [{ index: 0, message, finish_reason }],
    usage,
  });

  it.each([
    [completion({ role: 'assistant', content: '' }, 'stop'), false],
    [completion({ role: 'assistant', content: null, reasoning_content: '' }, 'stop'), false],
    [completion({ role: 'assistant', content: '' }, 'length'), true],
    [completion({ role: 'assistant', content: '' }, null), true],
    [completion({ role: 'assistant', content: null, refusal: 'no' }, 'stop'), true],
    [completion({ role: 'assistant', content: null, tool_calls: [{ id: 'a' }] }, 'stop'), true],
  ])('%j say that there is content: %s', (body, hasContent) => {
    expect(dialectById('openai-chat').readFacts?.(body)?.hasContent).toBe(hasContent);
  });

  it.each([
    [{ error: { message: 'no' } }],
    [{ id: 'c', choices: [] }],
    [{ id: 'c', choices: [null] }],
    [[]],
    ['text'],
    [null],
  ])('are not told of %j, which is no answer', (body) => {
    for (const id of READING) expect(dialectById(id).readFacts?.(body)).toBeUndefined();
  });
});
