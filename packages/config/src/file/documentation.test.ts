import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENT_NAMES } from '../environment/environment.js';
import type { KeyTable } from './key-rule.js';
import { CONFIG_KEYS } from './keys.js';
import { parseConfigFile } from './parse-config-file.js';
import { formatProblem } from './problem.js';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/configuration.md'), 'utf8');
const examples = [...page.matchAll(/^```yaml\n(.*?)^```/gmsu)].map((match) => match[1] ?? '');

/** The supported keys, however deep. */
function supportedKeys(table: KeyTable): readonly string[] {
  return Object.entries(table).flatMap(([key, rule]) =>
    rule.type === 'supported' ? [key, ...supportedKeys(rule.keys ?? {})] : [],
  );
}

describe('docs/configuration.md', () => {
  it('names every top-level key that is not acted on', () => {
    const others = Object.entries(CONFIG_KEYS).filter(([, rule]) => rule.type !== 'supported');
    expect(others.map(([key]) => key).filter((key) => !page.includes(`\`${key}\``))).toEqual([]);
  });

  it('shows every supported key in an example', () => {
    const missing = supportedKeys(CONFIG_KEYS).filter(
      (key) => !examples.some((example) => new RegExp(`(^|[\\s{"])${key}:`, 'mu').test(example)),
    );
    expect(missing).toEqual([]);
  });

  it.each(examples)('has an example that is accepted without a word: %#', (text) => {
    const parsed = parseConfigFile({
      text,
      filename: 'example.yaml',
      variables: new Proxy({}, { get: (_, name) => `value-of-${String(name)}` }),
      readSecretFile: () => 'secret',
    });
    const problems = 'problems' in parsed ? parsed.problems : parsed.warnings;
    const spoken = problems.filter(({ message }) => message !== 'there is no client key');
    expect(spoken.map(formatProblem)).toEqual([]);
  });

  it('names every variable of the environment', () => {
    expect(ENVIRONMENT_NAMES.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
