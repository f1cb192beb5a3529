import { readFileSync } from 'node:fs';

import { REASONING_EFFORTS, type DialectId, type ReasoningRequest } from '@switchyard/canonical';
import { repositoryFile } from '@switchyard/testkit';
import { z } from 'zod';

import type { ThinkingLimits } from '../thinking/fit-thinking.js';

const SUITES: Readonly<Record<string, string>> = {
  TestThinkingE2EMatrix_Suffix: 'suffix',
  TestThinkingE2EMatrix_Body: 'body',
  TestThinkingE2EProviderTargets: 'targets',
  TestThinkingE2EClaudeAdaptive_Body: 'adaptive',
};

const FORMATS: Readonly<Record<string, DialectId>> = {
  openai: 'openai-chat',
  'openai-response': 'openai-responses',
  codex: 'openai-responses',
  claude: 'anthropic-messages',
  gemini: 'gemini',
};

const cases = z.array(
  z
    .looseObject({
      suite: z.string(),
      name: z.string(),
      from: z.string(),
      to: z.string(),
      model: z.string(),
      input: z.record(z.string(), z.unknown()),
      expectField: z.string().nullish(),
      expectValue: z.string().nullish(),
      expectField2: z.string().nullish(),
      expectValue2: z.string().nullish(),
      includeThoughts: z.string().nullish(),
      expectErr: z.boolean().nullish(),
    })
    .transform((raw) => ({ ...raw, id: `${SUITES[raw.suite] ?? raw.suite} ${raw.name}` })),
);

export interface ThinkingCase {
  /** The suite in one word, and the case's name in it. */
  readonly id: string;
  readonly from: DialectId;
  readonly to: DialectId;
  /** Without a suffix. */
  readonly model: string;
  readonly suffix?: ReasoningRequest | undefined;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected:
    | { readonly type: 'error' }
    | { readonly type: 'nothing' }
    | {
        readonly type: 'fields';
        readonly fields: readonly (readonly [string, string])[];
        /** `''`: not there. */
        readonly includeThoughts?: string | undefined;
      };
}

export interface ThinkingCases {
  readonly present: boolean;
  readonly inScope: readonly ThinkingCase[];
  /** How many concern formats that are no dialects of ours. */
  readonly outOfScope: number;
}

/** The recorded cases of another gateway, read from beside the repository. */
export function thinkingCases(): ThinkingCases {
  const text = readIfPresent(repositoryFile('../shared/reference/thinking-cases.json'));
  if (text === undefined) return { present: false, inScope: [], outOfScope: 0 };
  const all = cases.parse(JSON.parse(text));
  const inScope = all.flatMap((raw) => {
    const [from, to] = [FORMATS[raw.from], FORMATS[raw.to]];
    if (from === undefined || to === undefined) return [];
    const [, model = raw.model, suffix] = /^(.*)\((.*)\)$/.exec(raw.model) ?? [];
    const reasoning = suffix === undefined ? undefined : readSuffix(suffix);
    return [{ id: raw.id, from, to, model, suffix: reasoning, input: raw.input, expected: readExpected(raw) }];
  });
  return { present: true, inScope, outOfScope: all.length - inScope.length };
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function readExpected(raw: z.infer<typeof cases>[number]): ThinkingCase['expected'] {
  if (raw.expectErr) return { type: 'error' };
  if (!raw.expectField) return { type: 'nothing' };
  const fields = [[raw.expectField, raw.expectValue ?? ''] as const];
  if (raw.expectField2) fields.push([raw.expectField2, raw.expectValue2 ?? '']);
  return { type: 'fields', fields, includeThoughts: raw.includeThoughts ?? undefined };
}

function readSuffix(suffix: string): ReasoningRequest {
  const effort = REASONING_EFFORTS.find((candidate) => candidate === suffix);
  if (effort !== undefined) return { type: 'effort', effort };
  if (suffix === 'none' || suffix === '0') return { type: 'off' };
  return suffix === 'auto' || suffix === '-1' ? { type: 'auto' } : { type: 'budget', tokens: Number(suffix) };
}

/** The models of the cases. Those that are not here are known by nothing but their name. */
export const MODELS: Readonly<Record<string, ThinkingLimits>> = {
  'level-model': { levels: ['minimal', 'low', 'medium', 'high'] },
  'level-subset-model': { levels: ['low', 'high'] },
  'gemini-budget-model': { budget: { min: 128, max: 20_000 }, canDecide: true },
  'gemini-mixed-model': { levels: ['low', 'high'], budget: { min: 128, max: 32_768 }, canDecide: true },
  'gemini-toggle-mixed-model': {
    levels: ['low', 'high'],
    budget: { min: 128, max: 32_768 },
    canDecide: true,
    canStop: true,
  },
  'claude-budget-model': { budget: { min: 1024, max: 128_000 }, canStop: true },
  // Adaptive thinking is the model's own decision.
  'claude-opus-4-6-model': {
    levels: ['low', 'medium', 'high', 'max'],
    budget: { min: 1024, max: 128_000 },
    canStop: true,
    canDecide: true,
  },
  'claude-sonnet-4-6-model': {
    levels: ['low', 'medium', 'high'],
    budget: { min: 1024, max: 128_000 },
    canStop: true,
    canDecide: true,
  },
  'no-thinking-model': {},
};
