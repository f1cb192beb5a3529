import { lookUp } from '@switchyard/canonical';
import type { z } from 'zod';

import { ruleAt } from './keys.js';
import type { ConfigPath, Finding } from './problem.js';

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

/** Says in an operator's words what the schema found. `root` is the value that was checked. */
export function describeIssue(issue: z.core.$ZodIssue, root: unknown): Finding {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  const value = valueAt(root, path);
  return { severity: 'error', path, message: messageOf(issue, value), remedy: remedyOf(issue, { path, value }) };
}

function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined) return 'is missing';
      return `must be ${lookUp(KINDS, issue.expected) ?? issue.expected}, and is ${kindOf(value)}`;
    case 'too_small':
      return issue.origin === 'number' || issue.origin === 'int'
        ? `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`
        : 'must not be empty';
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

function remedyOf(issue: z.core.$ZodIssue, { path, value }: { path: ConfigPath; value: unknown }): string {
  if (issue.code === 'custom' && typeof issue.params?.['remedy'] === 'string') return issue.params['remedy'];
  if (issue.code === 'invalid_type') {
    if (issue.expected === 'array' && kindOf(value) === 'a mapping') {
      return 'put "- " before its first key and indent the rest, so that it is a list of one';
    }
    if (issue.expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
      return 'put it in quotes';
    }
  }
  const rule = ruleAt(path);
  if (rule?.type !== 'supported') return 'see docs/configuration.md';
  return `write for example ${rule.example}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return 'text';
  return typeof value === 'boolean' ? 'true or false' : 'a number';
}

function valueAt(root: unknown, path: ConfigPath): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([key]) => key === String(step))?.[1];
  }
  return value;
}
