import { GatewayError } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { compact, isJsonObject } from '../json/json-object.js';
import { dialectById } from '../registry/dialects.js';
import { MODELS, thinkingCases, type ThinkingCase } from './thinking-cases.js';
import { DIFFERENCES } from './thinking-differences.js';

const { present, inScope, outOfScope } = thinkingCases();
const differing = new Map(DIFFERENCES.flatMap(({ cases, reason }) => cases.map((id) => [id, reason] as const)));

const INCLUDE_THOUGHTS = 'generationConfig.thinkingConfig.includeThoughts';

const describePresent = present ? describe : describe.skip;

describePresent('the recorded thinking cases (skipped without ../shared beside the repository)', () => {
  it.each(inScope.map((each) => [each.id, each] as const))(
    '%s is as recorded, or differs for a declared reason',
    (id, each) => {
      const found = outcome(each);
      const declared = differing.get(id);
      if (declared === undefined) expect(found).toEqual(expectedOf(each));
      else expect(found).not.toEqual(expectedOf(each));
    },
  );

  /**
   * A case without `includeThoughts` leaves it as the client had it. Here whoever asks a model of another dialect to think
   * is shown the thoughts, which Gemini keeps to itself otherwise.
   */
  it('show the thoughts to whoever asked for them, and to nobody who asked for none', () => {
    const shown = inScope.flatMap((each) => {
      const { expected } = each;
      if (expected.type !== 'fields' || !expected.includeThoughts || differing.has(each.id)) return [];
      return [[each.id, String(at(bodyOf(each), INCLUDE_THOUGHTS) === true), expected.includeThoughts] as const];
    });
    expect(shown.length).toBeGreaterThan(0);
    for (const [id, found, wanted] of shown) expect([id, found]).toEqual([id, wanted]);
  });

  it('declares no difference of a case that is not there', () => {
    const ids = new Set(inScope.map(({ id }) => id));
    expect([...differing.keys()].filter((id) => !ids.has(id))).toEqual([]);
  });

  it('are as many as were looked at when the differences were declared', () => {
    const counts = { passed: inScope.length - differing.size, differing: differing.size, outOfScope };
    expect(counts).toEqual({ passed: 172, differing: 33, outOfScope: 80 });
  });
});

/** What the upstream would get of all fields that concern thinking. */
function outcome(each: ThinkingCase): unknown {
  try {
    const body = bodyOf(each);
    if (each.expected.type !== 'fields') return thinkingOf(body);
    return Object.fromEntries(each.expected.fields.map(([path]) => [path, at(body, path)]));
  } catch (error) {
    if (error instanceof GatewayError) return 'error';
    throw error;
  }
}

function bodyOf({ from, to, model, suffix, input }: ThinkingCase): JsonObject {
  const { value } = dialectById(from).decodeRequest({ ...input, model }, { model, stream: true });
  const request = {
    ...value,
    reasoning: suffix ?? value.reasoning,
    maxOutputTokens: to === 'anthropic-messages' ? 200_000 : value.maxOutputTokens,
  };
  return dialectById(to).encodeRequest(request, { model, thinking: MODELS[model] }).value;
}

function expectedOf({ expected }: ThinkingCase): unknown {
  if (expected.type === 'error') return 'error';
  return expected.type === 'nothing' ? {} : Object.fromEntries(expected.fields);
}

function thinkingOf(body: JsonObject): JsonObject {
  const paths = [
    'reasoning_effort',
    'reasoning.effort',
    'thinking',
    'output_config.effort',
    'generationConfig.thinkingConfig',
  ];
  return compact(Object.fromEntries(paths.map((path) => [path, at(body, path)])));
}

/** The value at a path as the cases write it, numbers as text. */
function at(body: unknown, path: string): unknown {
  const value = path
    .split('.')
    .reduce<unknown>((holder, key) => (isJsonObject(holder) ? holder[key] : undefined), body);
  return typeof value === 'number' ? String(value) : value;
}
