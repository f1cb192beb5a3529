import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { MODEL } from '../workload.js';
import type { Profile, Scale, SubjectOptions } from './subject.js';

/** A configuration that routes to the mock upstream. */
export interface Configuration {
  readonly file: string;
  readonly keys: readonly string[];
  /** The names that clients may ask for. */
  readonly models: readonly string[];
}

// Every kind of limit is checked and counted, and none is ever reached.
const POLICY = `limits:
  requests-per-minute: 1000000000
  tokens-per-minute: 1000000000000
  concurrent: 1000000
  budgets: [{ usd: 1000000000, per: month }]
prices:
  - { model: "*", input: 3, output: 15 }
`;

/** Writes a subject's configuration into its folder. */
export async function writeConfiguration(
  options: Pick<SubjectOptions, 'folder' | 'upstreamUrl' | 'profile' | 'scale' | 'configuration'>,
): Promise<Configuration> {
  const { folder, scale } = options;
  const keys = Array.from({ length: scale.keys }, () => `sk-${randomBytes(24).toString('hex')}`);
  const aliases = Array.from({ length: scale.aliases }, (_, index) => `bench-alias-${index}`);
  const file = join(folder, 'config.yaml');
  await mkdir(folder, { recursive: true });
  await writeFile(file, configurationText({ ...options, keys, aliases }));
  return { file, keys, models: aliases.length > 0 ? aliases : [MODEL] };
}

/** The configuration as YAML. */
export function configurationText(options: {
  readonly upstreamUrl: string;
  readonly profile: Profile;
  readonly scale: Scale;
  readonly keys: readonly string[];
  readonly aliases: readonly string[];
  readonly configuration?: string | undefined;
}): string {
  const { upstreamUrl, profile, scale, keys, aliases, configuration = '' } = options;
  const credentials = Array.from({ length: scale.credentials }, (_, index) => `      - api-key: upstream-key-${index}`);
  const targets = `targets: [{ model: ${MODEL} }]`;
  return `api-keys:
${keys.map((key) => `  - ${key}`).join('\n')}
openai-compatibility:
  - name: bench
    base-url: ${upstreamUrl}/v1
    api-key-entries:
${credentials.join('\n')}
    models:
      - name: ${MODEL}
${aliases.length > 0 ? `aliases:\n${aliases.map((name) => `  - { name: ${name}, ${targets} }`).join('\n')}\n` : ''}${
    profile === 'policy' ? POLICY : ''
  }${configuration}`;
}
