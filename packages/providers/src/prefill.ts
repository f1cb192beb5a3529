import type { Provider } from './provider.js';

/** Whether a model of the provider goes on with an answer that another one began, given its start as the last turn. */
export function canPrefill({ prefill }: Pick<Provider, 'prefill'>, model: string): boolean {
  return prefill?.models.some((pattern) => matches(pattern, model)) ?? false;
}

function matches(pattern: string, model: string): boolean {
  return pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : model === pattern;
}
