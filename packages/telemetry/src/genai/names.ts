// The words of OpenTelemetry's GenAI semantic conventions, version 1.41, for spans and metrics alike.

const PROVIDER_NAMES: ReadonlyMap<string, string> = new Map([
  ['claude', 'anthropic'],
  ['mistral', 'mistral_ai'],
]);

/** `gen_ai.provider.name` of a provider's slug: the convention's own name, or the slug where it has none. */
export function genAiProviderName(slug: string): string {
  return PROVIDER_NAMES.get(slug) ?? slug;
}

/** `gen_ai.operation.name` of an operation of ours: the convention's own name, or ours where it has none. */
export function genAiOperationName(operation: string): string {
  return operation === 'completions' ? 'text_completion' : operation;
}
