import { CLAUDE } from './claude/provider.js';
import { CODEX } from './codex/provider.js';
import { DEEPSEEK } from './deepseek/provider.js';
import { FIREWORKS } from './fireworks/provider.js';
import { GEMINI } from './gemini/provider.js';
import { GROQ } from './groq/provider.js';
import { MISTRAL } from './mistral/provider.js';
import { NOVITA } from './novita/provider.js';
import { OPENAI } from './openai/provider.js';
import { OPENAI_COMPATIBILITY } from './openai-compatibility/provider.js';
import { OPENROUTER } from './openrouter/provider.js';
import type { Provider } from './provider.js';
import { SILICONFLOW } from './siliconflow/provider.js';
import { SIMULATOR } from './simulator/provider.js';
import { TOGETHER } from './together/provider.js';

/** Every provider there is. */
export const PROVIDERS: readonly Provider[] = [
  CLAUDE,
  CODEX,
  DEEPSEEK,
  FIREWORKS,
  GEMINI,
  GROQ,
  MISTRAL,
  NOVITA,
  OPENAI,
  OPENAI_COMPATIBILITY,
  OPENROUTER,
  SILICONFLOW,
  SIMULATOR,
  TOGETHER,
];

const bySlug = new Map(PROVIDERS.map((provider) => [provider.slug, provider]));
const byConfigKey = new Map(PROVIDERS.map((provider) => [provider.configKey, provider]));

/** The provider that decisions, logs and credentials name by this slug. */
export function providerBySlug(slug: string): Provider | undefined {
  return bySlug.get(slug);
}

/** The provider whose block in the configuration file has this key. */
export function providerByConfigKey(configKey: string): Provider | undefined {
  return byConfigKey.get(configKey);
}
